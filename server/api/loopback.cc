#include "server/api/loopback.h"

#include <arpa/inet.h>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"

namespace pe {

absl::StatusOr<LoopbackAddress> ParseLoopback(absl::string_view text) {
  const size_t colon = text.rfind(':');
  LoopbackAddress out;
  if (colon != absl::string_view::npos && absl::SimpleAtoi(text.substr(colon + 1), &out.port) && out.port >= 0 &&
      out.port <= 65535) {
    out.host = std::string(text.substr(0, colon));
    if (out.host == "localhost") out.host = "127.0.0.1";
    in_addr parsed{};
    if (absl::StartsWith(out.host, "127.") && inet_pton(AF_INET, out.host.c_str(), &parsed) == 1) return out;
    if (out.host == "[::1]") return LoopbackAddress{.v6 = true, .host = "::1", .port = out.port};
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "`", Printable(text),
      "` is not a loopback address; write 127.0.0.1:PORT or [::1]:PORT (port 0 takes a free one), or `off`. "
      "Other addresses need TLS, which this engine does not offer yet: use `ssh -L` or a reverse proxy"));
}

}  // namespace pe
