// `pe-agent worker`: serves the protocol on the run folder's socket, for as long as there is work or somebody
// connected, and some minutes more, so that the next connection finds it ready. It outlives the connections.
#ifndef SERVER_AGENT_WORKER_H_
#define SERVER_AGENT_WORKER_H_

#include "absl/status/status.h"
#include "base/clock.h"

namespace pe::agent {

inline constexpr int64_t kWorkerIdleExitUs = 600 * kMicrosPerSecond;

// Runs until its end; returns the exit code. One at a time per run folder: a second one ends at once, with 0.
int RunWorker();

// Starts a worker that outlives this process and its session: as a transient unit where systemd runs, else by a double
// fork into a session of its own. Returns before it listens.
absl::Status StartWorker();

}  // namespace pe::agent

#endif  // SERVER_AGENT_WORKER_H_
