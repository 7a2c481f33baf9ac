// Filters of lists and label selectors.
#include "absl/strings/string_view.h"
#include "server/api/list_filter.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto filter = pe::ParseJobFilter(text); !filter.ok()) {
    FUZZ_CHECK(absl::IsInvalidArgument(filter.status()) && !filter.status().message().empty(), text);
  }
  const auto labels = pe::ParseLabelSelector(text);
  if (!labels.ok()) return 0;
  std::string canonical;
  for (const auto& [key, value] : *labels) {
    FUZZ_CHECK(!key.empty(), text);
    canonical += (canonical.empty() ? "" : ",") + key + "=" + value;
  }
  const auto again = pe::ParseLabelSelector(canonical);
  FUZZ_CHECK(again.ok() && *again == *labels, canonical);
  return 0;
}
