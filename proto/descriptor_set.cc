#include "proto/descriptor_set.h"

extern "C" {
extern const char pe_api_begin[];
extern const char pe_api_end[];
}

namespace pe {

absl::string_view ApiDescriptorSet() { return {pe_api_begin, static_cast<size_t>(pe_api_end - pe_api_begin)}; }

}  // namespace pe
