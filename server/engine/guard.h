// Guard: which steps can cut the engine off from a host, and so wait to be confirmed over a new connection.
//
// Guarded is what concerns the way in: configuration of sshd, of logins (PAM, sudo, keys), of the network and of packet
// filters as files, `net.*` kernel parameters, the units behind them, keys that are taken away; and handlers that such
// a step notifies, for they make it live. Not guarded, because nobody knows what they do or how to undo it: other
// commands, packages, reboots, accounts. Nor is a target whose way in is no network: local and rootfs. Pure;
// thread-safe.
#ifndef SERVER_ENGINE_GUARD_H_
#define SERVER_ENGINE_GUARD_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "provision/v1/step.pb.h"

namespace pe {

// How long the engine has. Longer than several tries with their pauses take, and than a person waits in doubt.
inline constexpr int64_t kGuardMicros = 60 * kMicrosPerSecond;

bool CanCutOff(const provision::v1::StepBody& body);
// Of a path, as files, directories and links name it.
bool ConcernsTheWayIn(absl::string_view path);

}  // namespace pe

#endif  // SERVER_ENGINE_GUARD_H_
