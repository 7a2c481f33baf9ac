#include "server/engine/address.h"

#include <arpa/inet.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/text.h"
#include "server/engine/text_rules.h"

namespace pe {
namespace {

constexpr int kSshPort = 22;
constexpr char kForm[] =
    "an address is TRANSPORT://[USER@]HOST[:PORT][/PATH], for example ssh://root@web-1:22, local:// or "
    "rootfs:///srv/root";

absl::Status Wrong(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("'", Shorten(Printable(text), 100), "': ", why));
}

// The short form of an IPv6 address; empty when it is none.
std::string ShortIpv6(absl::string_view text) {
  in6_addr bytes;
  char out[INET6_ADDRSTRLEN];
  if (inet_pton(AF_INET6, std::string(text).c_str(), &bytes) != 1) return "";
  return inet_ntop(AF_INET6, &bytes, out, sizeof(out));
}

absl::Status ParsePort(absl::string_view text, Address* out) {
  if (text.empty()) return absl::OkStatus();
  if (!absl::ConsumePrefix(&text, ":") || !absl::SimpleAtoi(text, &out->port) || out->port < 1 || out->port > 65535) {
    return absl::InvalidArgumentError("the port must be a number from 1 to 65535");
  }
  if (out->port == kSshPort) out->port = 0;
  return absl::OkStatus();
}

absl::Status ParseHost(absl::string_view rest, Address* out) {
  if (absl::ConsumePrefix(&rest, "[")) {
    const size_t close = rest.find(']');
    if (close == absl::string_view::npos) return absl::InvalidArgumentError("the '[' of an IPv6 address is not closed");
    out->host = ShortIpv6(rest.substr(0, close));
    if (out->host.empty()) return absl::InvalidArgumentError("what is between '[' and ']' is not an IPv6 address");
    return ParsePort(rest.substr(close + 1), out);
  }
  const size_t colon = rest.find(':');
  if (colon != absl::string_view::npos && absl::StrContains(rest.substr(colon + 1), ":")) {
    return absl::InvalidArgumentError("an IPv6 address is written in brackets: ssh://[2001:db8::5]");
  }
  out->host = absl::AsciiStrToLower(rest.substr(0, colon));
  if (out->host.empty()) return absl::InvalidArgumentError("the host is missing");
  if (rule::Hostname(out->host) != nullptr)
    return absl::InvalidArgumentError("the host is neither a name (RFC 1123) nor an IP address");
  return ParsePort(colon == absl::string_view::npos ? "" : rest.substr(colon), out);
}

absl::Status ParseRemote(absl::string_view rest, Address* out) {
  const size_t slash = rest.find('/');
  if (slash != absl::string_view::npos && slash + 1 != rest.size())
    return absl::InvalidArgumentError("a path belongs only into a rootfs address");
  rest = rest.substr(0, slash);
  const size_t at = rest.rfind('@');
  if (at != absl::string_view::npos) {
    out->user = std::string(rest.substr(0, at));
    if (absl::StrContains(out->user, ":"))
      return absl::InvalidArgumentError("an address holds no password; name a credential instead");
    if (const char* why = rule::LoginName(out->user)) return absl::InvalidArgumentError(absl::StrCat("the user ", why));
    rest.remove_prefix(at + 1);
  }
  return ParseHost(rest, out);
}

absl::Status ParseRootfs(absl::string_view rest, Address* out) {
  absl::ConsumePrefix(&rest, "localhost");
  if (!absl::StartsWith(rest, "/"))
    return absl::InvalidArgumentError("a root filesystem is on the engine's machine: rootfs:///ABSOLUTE/PATH");
  while (rest.size() > 1 && absl::ConsumeSuffix(&rest, "/")) {
  }
  out->path = std::string(rest);
  if (rest == "/") return absl::InvalidArgumentError("the engine's own root is no target for rootfs; use local://");
  if (const char* why = rule::AbsolutePath(rest)) return absl::InvalidArgumentError(absl::StrCat("the path ", why));
  return absl::OkStatus();
}

absl::Status ParseRest(absl::string_view rest, Address* out) {
  if (out->transport == "ssh" || out->transport == "openssh") return ParseRemote(rest, out);
  if (out->transport == "rootfs") return ParseRootfs(rest, out);
  if (out->transport != "local") {
    return absl::InvalidArgumentError(absl::StrCat("there is no transport '", Shorten(Printable(out->transport), 20),
                                                   "'; there are ssh, openssh, local and rootfs"));
  }
  if (rest.empty() || rest == "/" || rest == "localhost") return absl::OkStatus();
  return absl::InvalidArgumentError("the engine's own machine is written local://");
}

}  // namespace

absl::StatusOr<Address> ParseAddress(absl::string_view text) {
  const size_t colon = text.find("://");
  if (text.empty()) return Wrong(text, kForm);
  if (text.size() > 1024) return Wrong(text, "longer than 1024 characters");
  if (colon == absl::string_view::npos) return Wrong(text, kForm);
  Address out;
  out.transport = absl::AsciiStrToLower(text.substr(0, colon));
  const absl::Status rest = ParseRest(text.substr(colon + 3), &out);
  if (!rest.ok()) return Wrong(text, rest.message());
  return out;
}

std::string FormatAddress(const Address& address) {
  std::string out = absl::StrCat(address.transport, "://");
  if (!address.user.empty()) absl::StrAppend(&out, address.user, "@");
  const bool ipv6 = absl::StrContains(address.host, ":");
  absl::StrAppend(&out, ipv6 ? "[" : "", address.host, ipv6 ? "]" : "");
  if (address.port != 0 && address.port != kSshPort) absl::StrAppend(&out, ":", address.port);
  return absl::StrCat(out, address.path);
}

}  // namespace pe
