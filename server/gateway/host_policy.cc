#include "server/gateway/host_policy.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace pe::gateway {
namespace {

// "localhost:7480" -> "localhost", "[::1]:7480" -> "[::1]"; empty when what follows the name is no port.
absl::string_view WithoutPort(absl::string_view host) {
  const size_t name_end = host.empty() || host[0] != '[' ? host.find(':') : host.find(']') + 1;
  const absl::string_view rest = name_end >= host.size() ? "" : host.substr(name_end);
  const bool port = rest.empty() || (rest[0] == ':' && rest.find_first_not_of("0123456789", 1) == rest.npos);
  return port ? host.substr(0, name_end) : "";
}

}  // namespace

HostPolicy::HostPolicy(const std::vector<std::string>& names) : names_{"localhost", "127.0.0.1", "[::1]"} {
  for (const std::string& name : names) names_.insert(absl::AsciiStrToLower(name));
}

bool HostPolicy::Serves(absl::string_view host) const {
  return names_.count(absl::AsciiStrToLower(WithoutPort(host))) > 0;
}

bool HostPolicy::SameOrigin(absl::string_view origin, absl::string_view host) const {
  if (origin.empty()) return true;
  return (absl::ConsumePrefix(&origin, "http://") || absl::ConsumePrefix(&origin, "https://")) &&
         absl::EqualsIgnoreCase(origin, host);
}

}  // namespace pe::gateway
