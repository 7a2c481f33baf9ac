// Addresses of targets as text: "TRANSPORT://[USER@]HOST[:PORT][/PATH]".
//   ssh://deploy@web-1.example.com:2222   openssh://[2001:db8::5]   local://   rootfs:///srv/images/web
// Pure; thread-safe.
#ifndef SERVER_ENGINE_ADDRESS_H_
#define SERVER_ENGINE_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/transport/transport.h"

namespace pe {

// INVALID_ARGUMENT with a sentence that says what is wrong. Host in lower case, IPv6 without brackets and in its short
// form; the default port as 0. Nothing in the result begins with '-' or has a character that a command line could mind.
absl::StatusOr<Address> ParseAddress(absl::string_view text);

// The canonical form: ParseAddress(FormatAddress(a)) is a, and two texts for one address become equal.
std::string FormatAddress(const Address& address);

}  // namespace pe

#endif  // SERVER_ENGINE_ADDRESS_H_
