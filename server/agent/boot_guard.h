// BootGuard: sees to it that an agent comes back by itself while a guarded step waits to be confirmed: after its own
// death, and in the next boot of the host. Without it only an engine's next connection starts an agent, and the step
// may be what keeps the engine out. Thread rule: thread-safe.
#ifndef SERVER_AGENT_BOOT_GUARD_H_
#define SERVER_AGENT_BOOT_GUARD_H_

#include "absl/status/status.h"

namespace pe::agent {

class BootGuard {
 public:
  virtual ~BootGuard() = default;
  // Durable when it returns. An error means that the step must not act.
  virtual absl::Status Arm() = 0;
  // Nothing waits any more. Cheap when nothing was armed.
  virtual void Disarm() = 0;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_BOOT_GUARD_H_
