#include "server/download/url_policy.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/text.h"

namespace pe {
namespace {

struct ParsedUrl {
  std::string scheme, host, port, path;
};

// False when it is no URL.
bool Parse(const std::string& url, ParsedUrl* out) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
  if (parsed == nullptr || url.find('\0') != std::string::npos) return false;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) return false;
  const auto get = [&](CURLUPart part) {
    char* text = nullptr;
    std::string copy;
    if (curl_url_get(parsed.get(), part, &text, 0) == CURLUE_OK) copy = text;
    curl_free(text);
    return copy;
  };
  *out = {absl::AsciiStrToLower(get(CURLUPART_SCHEME)), absl::AsciiStrToLower(get(CURLUPART_HOST)), get(CURLUPART_PORT),
          get(CURLUPART_PATH)};
  // curl takes "http:///path" for the host "path".
  return !out->host.empty() && !absl::StrContains(url, ":///");
}

bool Matches(absl::string_view host, absl::string_view entry) {
  const std::string wanted = absl::AsciiStrToLower(entry);
  if (absl::StartsWith(wanted, "*.")) return absl::EndsWith(host, absl::string_view(wanted).substr(1));
  return host == wanted;
}

bool IsPublicIpv4(uint32_t a) {
  const auto in = [a](uint32_t network, int bits) { return (a >> (32 - bits)) == (network >> (32 - bits)); };
  return !(in(0x00000000, 8) || in(0x0a000000, 8) || in(0x64400000, 10) || in(0x7f000000, 8) || in(0xa9fe0000, 16) ||
           in(0xac100000, 12) || in(0xc0000000, 24) || in(0xc0a80000, 16) || in(0xc6120000, 15) || in(0xe0000000, 3));
}

uint32_t Ipv4At(const unsigned char* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

bool IsPublicIpv6(const unsigned char* a) {
  static constexpr unsigned char kZeros[12] = {};
  static constexpr unsigned char kNat64[12] = {0x00, 0x64, 0xff, 0x9b};
  if (std::memcmp(a, kNat64, sizeof(kNat64)) == 0) return IsPublicIpv4(Ipv4At(a + 12));
  if (a[0] == 0x20 && a[1] == 0x02) return IsPublicIpv4(Ipv4At(a + 2));  // 6to4
  if (std::memcmp(a, kZeros, 10) == 0 && a[10] == 0xff && a[11] == 0xff) return IsPublicIpv4(Ipv4At(a + 12));
  if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02) return false;  // Teredo and other protocol assignments
  return (a[0] & 0xe0) == 0x20;  // what is handed out is 2000::/3; loopback, local, multicast and the rest lie outside
}

}  // namespace

absl::Status CheckUrl(const std::string& url, const std::vector<std::string>& allow_hosts) {
  ParsedUrl parsed;
  if (!Parse(url, &parsed) || (parsed.scheme != "http" && parsed.scheme != "https")) {
    return absl::InvalidArgumentError(absl::StrCat("'", ShownUrl(url), "' is not an http or https URL"));
  }
  if (allow_hosts.empty()) return absl::OkStatus();
  for (const std::string& entry : allow_hosts) {
    if (Matches(parsed.host, entry)) return absl::OkStatus();
  }
  return absl::PermissionDeniedError(absl::StrCat("downloads from '", Shorten(Printable(parsed.host), 100),
                                                  "' are not allowed; this engine allows ",
                                                  absl::StrJoin(allow_hosts, ", "), " (setting downloads.allowHosts)"));
}

bool IsPublic(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    return IsPublicIpv4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6)
    return IsPublicIpv6(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr.s6_addr);
  return false;
}

std::string AddressText(const sockaddr& address) {
  char out[INET6_ADDRSTRLEN] = "";
  const void* bytes = address.sa_family == AF_INET6
                          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr)
                          : &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  return inet_ntop(address.sa_family, bytes, out, sizeof(out)) == nullptr ? "an address of an unknown kind" : out;
}

std::string ShownUrl(const std::string& url) {
  ParsedUrl parsed;
  if (!Parse(url, &parsed)) return "(not a URL)";
  return Shorten(Printable(absl::StrCat(parsed.scheme, "://", parsed.host, parsed.port.empty() ? "" : ":", parsed.port,
                                        parsed.path)),
                 200);
}

}  // namespace pe
