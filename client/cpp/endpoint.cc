#include "client/cpp/endpoint.h"

#include <sys/un.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cpp/default_paths.h"

namespace provision::client {
namespace {

absl::StatusOr<Endpoint> UnixEndpoint(absl::string_view path) {
  if (!absl::StartsWith(path, "/")) {
    return absl::InvalidArgumentError(
        absl::StrCat("engine socket \"", path, "\" is not an absolute path; write unix:/path/engine.sock"));
  }
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat("engine socket \"", path, "\" is longer than the ",
                                                   sizeof(sockaddr_un::sun_path) - 1, " bytes a unix socket may have"));
  }
  return Endpoint{.address = absl::StrCat("unix:", path), .shown = std::string(path), .local = true, .is_unix = true};
}

bool IsLoopback(absl::string_view host) {
  return host == "localhost" || host == "[::1]" || absl::StartsWith(host, "127.");
}

}  // namespace

absl::StatusOr<Endpoint> ParseEndpoint(absl::string_view text) {
  if (text.empty()) return UnixEndpoint(DefaultSocketPath());
  if (absl::StartsWith(text, "/")) return UnixEndpoint(text);
  if (absl::ConsumePrefix(&text, "unix:")) {
    if (absl::StartsWith(text, "///")) text.remove_prefix(2);
    return UnixEndpoint(text);
  }
  const size_t colon = text.rfind(':');
  int port = 0;
  const absl::string_view host = text.substr(0, colon);
  if (colon == absl::string_view::npos || host.empty() || absl::StrContains(text, "/") ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port) || port < 1 || port > 65535 ||
      (absl::StrContains(host, ":") && host.front() != '[')) {
    return absl::InvalidArgumentError(
        absl::StrCat("engine address \"", text, "\" is neither unix:/path nor host:port"));
  }
  return Endpoint{.address = absl::StrCat("dns:///", text), .shown = std::string(text), .local = IsLoopback(host)};
}

}  // namespace provision::client
