// Rules of names, addresses and URLs.
#include <arpa/inet.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/engine/characters.h"
#include "server/engine/text_rules.h"

namespace pe::rule {
namespace {

bool IsPort(absl::string_view text) {
  int port = 0;
  return !text.empty() && text.size() <= 5 && All(text, absl::ascii_isdigit) && absl::SimpleAtoi(text, &port) &&
         port >= 1 && port <= 65535;
}

bool IsIpv6(absl::string_view text) {
  in6_addr bytes;
  return text.size() < 64 && inet_pton(AF_INET6, std::string(text).c_str(), &bytes) == 1;
}

// "HOST", "HOST:PORT", "[IPV6]" or "[IPV6]:PORT".
bool IsAuthority(absl::string_view text, bool port_needed) {
  absl::string_view port;
  if (absl::ConsumePrefix(&text, "[")) {
    const size_t close = text.find(']');
    if (close == absl::string_view::npos || !IsIpv6(text.substr(0, close))) return false;
    port = text.substr(close + 1);
  } else {
    const size_t colon = text.find(':');
    port = colon == absl::string_view::npos ? "" : text.substr(colon);
    if (Hostname(text.substr(0, colon)) != nullptr) return false;
  }
  if (port.empty()) return !port_needed;
  return absl::ConsumePrefix(&port, ":") && IsPort(port);
}

// What is behind "SCHEME://": an authority, and a path without spaces and control characters.
bool IsRestOfUrl(absl::string_view rest) {
  return rest.size() <= 2048 && All(rest, IsVisible) &&
         IsAuthority(rest.substr(0, rest.find_first_of("/?#")), /*port_needed=*/false);
}

}  // namespace

const char* Hostname(absl::string_view text) {
  bool fine = !text.empty() && text.size() <= 253;
  for (const absl::string_view label : absl::StrSplit(text, '.')) {
    const auto allowed = [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-'; };
    fine = fine && !label.empty() && label.size() <= 63 && All(label, allowed) && label.front() != '-' &&
           label.back() != '-';
  }
  return fine ? nullptr : "is not a host name (RFC 1123): labels of letters, digits and '-', joined by '.'";
}

const char* Host(absl::string_view text) {
  return Hostname(text) == nullptr || IsIpv6(text) ? nullptr : "is neither a host name nor an IP address";
}

const char* Url(absl::string_view text) {
  const bool scheme = absl::ConsumePrefix(&text, "https://") || absl::ConsumePrefix(&text, "http://");
  return scheme && IsRestOfUrl(text)
             ? nullptr
             : "is not an http or https URL: http://HOST[:PORT]/PATH, without user, password and spaces";
}

const char* PlainHttpUrl(absl::string_view text) {
  if (absl::StartsWith(text, "https://"))
    return "uses https, and the agent speaks plain http only; probe a plain http port of the host, or use exec with a "
           "tool that speaks TLS";
  return absl::ConsumePrefix(&text, "http://") && IsRestOfUrl(text) ? nullptr
                                                                    : "is not an http URL: http://HOST[:PORT]/PATH";
}

const char* RepositoryUri(absl::string_view text) {
  absl::string_view path = text;
  if (absl::ConsumePrefix(&path, "file://") || absl::ConsumePrefix(&path, "file:"))
    return All(path, IsVisible) ? AbsolutePath(absl::StripSuffix(path, "/")) : Url("");
  return Url(text) == nullptr ? nullptr : "is not the base URI of a repository: http, https or file";
}

const char* HeaderLine(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits(':', 1));
  const auto allowed = [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; };
  return absl::StrContains(text, ':') && !parts.first.empty() && All(parts.first, allowed) &&
                 All(parts.second, IsPrintableOrTab)
             ? nullptr
             : "is not a header line: \"Name: value\"";
}

const char* ListenAddress(absl::string_view text) {
  absl::string_view port = text;
  const bool fine = absl::ConsumePrefix(&port, ":") ? IsPort(port) : IsAuthority(text, /*port_needed=*/true);
  return fine ? nullptr : "is not an address to listen on: \":9100\", \"10.0.0.5:9100\" or \"[::1]:9100\"";
}

const char* HostPort(absl::string_view text) {
  return IsAuthority(text, /*port_needed=*/true) ? nullptr : "is not HOST:PORT";
}

const char* PrometheusLabel(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
  const bool name = !StartsAs(parts.first, absl::ascii_isdigit) && !parts.first.empty() && All(parts.first, IsWord) &&
                    !absl::StartsWith(parts.first, "__");
  return name && absl::StrContains(text, '=') && All(parts.second, IsPrintable) && text.size() <= 512
             ? nullptr
             : "is not a Prometheus label: name=value, the name of letters, digits and '_'";
}

}  // namespace pe::rule
