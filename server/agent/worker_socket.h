// The unix sockets between attach and worker, in the run folder:
//   worker.sock   frames of the protocol
//   retire.sock   an agent of another build asks the worker to end; the answer is 'Y' (then the end of file) or 'N'
//   worker.mark   BinaryMark() of the worker
#ifndef SERVER_AGENT_WORKER_SOCKET_H_
#define SERVER_AGENT_WORKER_SOCKET_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/agent/system/unique_fd.h"

namespace pe::agent {

inline constexpr char kWorkerSocket[] = "/worker.sock";
inline constexpr char kRetireSocket[] = "/retire.sock";
inline constexpr char kWorkerMark[] = "/worker.mark";
inline constexpr char kWorkerLock[] = "/worker.lock";
inline constexpr char kStartLock[] = "/start.lock";

// Replaces what an earlier worker has left. Mode 0600.
absl::StatusOr<UniqueFd> ListenOn(const std::string& path);
// NOT_FOUND when nobody listens there.
absl::StatusOr<UniqueFd> ConnectTo(const std::string& path);
// Held until the descriptor is closed. `wait`: until it is free; else UNAVAILABLE when it is not.
absl::StatusOr<UniqueFd> Lock(const std::string& path, bool wait);

}  // namespace pe::agent

#endif  // SERVER_AGENT_WORKER_SOCKET_H_
