#include "server/transport/host_key.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace pe::transport {
namespace {

constexpr absl::string_view kPrefix = "SHA256:";
constexpr size_t kDigits = 43;

bool IsBase64(char c) { return absl::ascii_isalnum(c) || c == '+' || c == '/'; }

}  // namespace

std::string LoginUser(const ConnectRequest& request) {
  if (!request.address.user.empty()) return request.address.user;
  return request.credential.user.empty() ? "root" : request.credential.user;
}

std::string TargetName(const Address& address) {
  const bool bracket = absl::StrContains(address.host, ":");
  const std::string host = bracket ? absl::StrCat("[", address.host, "]") : address.host;
  return absl::StrCat(address.transport, "://", host, address.port == 0 ? "" : absl::StrCat(":", address.port));
}

absl::StatusOr<std::string> PinnedKey(absl::string_view text) {
  if (text.empty()) return std::string();
  const absl::string_view key = absl::StripSuffix(text, "=");
  const absl::string_view digits = absl::StripPrefix(key, kPrefix);
  if (digits.size() == key.size() || digits.size() != kDigits || !std::all_of(digits.begin(), digits.end(), IsBase64)) {
    return absl::InvalidArgumentError("a host key is SHA256: and 43 characters of base64");
  }
  return std::string(key);
}

}  // namespace pe::transport
