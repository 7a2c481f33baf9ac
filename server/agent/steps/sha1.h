// SHA-1, for the fingerprints of OpenPGP keys only, which are defined by it; libsodium rightly has none. Pure.
#ifndef SERVER_AGENT_STEPS_SHA1_H_
#define SERVER_AGENT_STEPS_SHA1_H_

#include <string>

#include "absl/strings/string_view.h"

namespace pe::agent {

// 40 lower-case hex digits.
std::string Sha1Hex(absl::string_view bytes);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_SHA1_H_
