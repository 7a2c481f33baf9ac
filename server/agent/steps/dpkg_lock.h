// The locks that apt and dpkg take, and who holds them.
#ifndef SERVER_AGENT_STEPS_DPKG_LOCK_H_
#define SERVER_AGENT_STEPS_DPKG_LOCK_H_

#include "absl/status/status.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

// Returns when nobody holds the locks of dpkg's database, of apt's lists and of apt's archives. Until then the step
// waits with a reason that names the holder: "dpkg lock held by unattended-upgr (pid 812)". The error of a set token
// otherwise. A moment later somebody may hold one again: apt's own answer decides, see apt.h.
absl::Status AwaitDpkgLock(StepContext& context);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_DPKG_LOCK_H_
