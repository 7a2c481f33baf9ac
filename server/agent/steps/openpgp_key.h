// Fingerprints of OpenPGP public keys (RFC 4880, version 4), so that a host needs no gpg to check one. Pure.
#ifndef SERVER_AGENT_STEPS_OPENPGP_KEY_H_
#define SERVER_AGENT_STEPS_OPENPGP_KEY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe::agent {

// The fingerprints (40 lower-case hex digits) of the primary keys in an ASCII-armoured block, in their order.
// INVALID_ARGUMENT (code BAD_KEY) for what is not one, also for secret keys and for versions other than 4.
absl::StatusOr<std::vector<std::string>> Fingerprints(absl::string_view armoured);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_OPENPGP_KEY_H_
