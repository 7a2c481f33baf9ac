// Where downloads may go. A URL is parsed by libcurl, which is also who follows it. Pure; thread-safe.
#ifndef SERVER_DOWNLOAD_URL_POLICY_H_
#define SERVER_DOWNLOAD_URL_POLICY_H_

#include <sys/socket.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pe {

// INVALID_ARGUMENT when it is no http or https URL with a host; PERMISSION_DENIED when its host is not on the list. An
// entry "*.example.com" stands for every name that ends so, not for "example.com" itself. An empty list allows all.
absl::Status CheckUrl(const std::string& url, const std::vector<std::string>& allow_hosts);

// Whether an address is on the public internet: neither loopback, private (RFC 1918, 4193, 6598), link-local, multicast
// nor reserved, also when an IPv4 address is wrapped into an IPv6 one. Asked of the address that is really connected
// to, so what a name resolves to the second time does not matter.
bool IsPublic(const sockaddr& address);

// "10.0.0.5", "fe80::1": for messages.
std::string AddressText(const sockaddr& address);

// As it may be shown and logged: without user, password, query and fragment, which may hold secrets.
std::string ShownUrl(const std::string& url);

}  // namespace pe

#endif  // SERVER_DOWNLOAD_URL_POLICY_H_
