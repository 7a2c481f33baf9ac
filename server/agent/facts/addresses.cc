#include "server/agent/facts/addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>

namespace pe::agent {
namespace {

constexpr size_t kMostAddresses = 64;  // a container host may have thousands

// Empty for what is not wanted.
std::string TextOf(const ifaddrs& interface, int family) {
  if (interface.ifa_addr == nullptr || interface.ifa_addr->sa_family != family ||
      (interface.ifa_flags & IFF_LOOPBACK) != 0)
    return "";
  char text[INET6_ADDRSTRLEN] = "";
  if (family == AF_INET) {
    const in_addr& address = reinterpret_cast<const sockaddr_in*>(interface.ifa_addr)->sin_addr;
    if ((ntohl(address.s_addr) >> 16) == 0xa9fe) return "";  // 169.254/16
    inet_ntop(AF_INET, &address, text, sizeof text);
  } else {
    const in6_addr& address = reinterpret_cast<const sockaddr_in6*>(interface.ifa_addr)->sin6_addr;
    if (IN6_IS_ADDR_LINKLOCAL(&address) || IN6_IS_ADDR_LOOPBACK(&address)) return "";
    inet_ntop(AF_INET6, &address, text, sizeof text);
  }
  return text;
}

}  // namespace

std::vector<std::string> HostAddresses() {
  std::vector<std::string> out;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return out;
  for (const int family : {AF_INET, AF_INET6}) {
    for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
      std::string text = TextOf(*at, family);
      if (!text.empty() && out.size() < kMostAddresses && std::find(out.begin(), out.end(), text) == out.end())
        out.push_back(std::move(text));
    }
  }
  freeifaddrs(list);
  return out;
}

}  // namespace pe::agent
