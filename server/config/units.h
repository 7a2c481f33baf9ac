// Quantities as people write them in a configuration. Pure.
#ifndef SERVER_CONFIG_UNITS_H_
#define SERVER_CONFIG_UNITS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe {

// "30d", "12h", "90m", "45s" as microseconds. INVALID_ARGUMENT for anything else, zero, and what is beyond 100 years.
absl::StatusOr<int64_t> ParseSpan(absl::string_view text);
// "10GiB", "512MiB", "64KiB", "2TiB" as bytes. INVALID_ARGUMENT for anything else, zero, and what is beyond 1024 TiB.
absl::StatusOr<int64_t> ParseByteSize(absl::string_view text);

}  // namespace pe

#endif  // SERVER_CONFIG_UNITS_H_
