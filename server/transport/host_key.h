// What both ssh transports make of a request: who logs in, how the target is called, which host key it must show.
#ifndef SERVER_TRANSPORT_HOST_KEY_H_
#define SERVER_TRANSPORT_HOST_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/transport/transport.h"

namespace pe::transport {

// Kinds of host keys, in one order for both ssh transports, so that both see the same key of a host that has several.
// Certificates are not among them: a pin is the fingerprint of a plain key.
inline constexpr char kHostKeyAlgorithms[] =
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256";

// The address's user, else the credential's, else "root".
std::string LoginUser(const ConnectRequest& request);

// "ssh://web-1" or "ssh://web-1:2222".
std::string TargetName(const Address& address);

// A pinned key as it is compared: "SHA256:" and 43 characters of base64, without '=' at its end; empty stays empty.
// INVALID_ARGUMENT for anything else.
absl::StatusOr<std::string> PinnedKey(absl::string_view text);

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_HOST_KEY_H_
