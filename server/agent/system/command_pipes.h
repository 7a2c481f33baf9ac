// The agent's ends of a command's streams: what was prepared before the fork and what is read afterwards.
#ifndef SERVER_AGENT_SYSTEM_COMMAND_PIPES_H_
#define SERVER_AGENT_SYSTEM_COMMAND_PIPES_H_

#include <string>

#include "absl/status/status.h"
#include "server/agent/system/process.h"
#include "server/agent/system/supervisor.h"
#include "server/agent/system/unique_fd.h"

namespace pe::agent {

// Both ends are close-on-exec; the command's lie at 16 or above, as SupervisorJob wants them. Thread-compatible.
struct CommandPipes {
  UniqueFd input_child, output_child, error_child, status_child, control_child, result_child;
  UniqueFd output, error, status, control, result;  // the agent's, not blocking
};

absl::Status OpenPipes(const Command& command, CommandPipes& pipes);

// Reads what is there. False at the end of the stream.
bool ReadAvailable(int fd, std::string& out);

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_COMMAND_PIPES_H_
