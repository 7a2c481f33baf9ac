#include "server/api/trace.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_split.h"

namespace pe {
namespace {

bool Hex(absl::string_view text, size_t digits) {
  return text.size() == digits &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool AllZero(absl::string_view text) { return text.find_first_not_of('0') == absl::string_view::npos; }

}  // namespace

bool IsTraceParent(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  if (parts.size() < 4 || !Hex(parts[0], 2) || parts[0] == "ff" || (parts[0] == "00" && parts.size() != 4))
    return false;
  return Hex(parts[1], 32) && !AllZero(parts[1]) && Hex(parts[2], 16) && !AllZero(parts[2]) && Hex(parts[3], 2);
}

std::string TraceParent(const grpc::ServerContextBase& context) {
  const auto found = context.client_metadata().find("traceparent");
  if (found == context.client_metadata().end() || found->second.size() > 256) return "";
  const absl::string_view text(found->second.data(), found->second.size());
  return IsTraceParent(text) ? std::string(text.substr(0, 55)) : "";
}

}  // namespace pe
