// One command while it runs: reads its streams, sees whether it must end, keeps the last bytes. Used by
// RealProcessRunner from one thread.
#ifndef SERVER_AGENT_SYSTEM_RUNNING_COMMAND_H_
#define SERVER_AGENT_SYSTEM_RUNNING_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "server/agent/system/command_pipes.h"
#include "server/agent/system/process.h"

namespace pe::agent {

class RunningCommand {
 public:
  // All of them outlive it.
  RunningCommand(const Command& command, const CancelToken& cancel, const Clock& clock, int64_t grace_us,
                 CommandPipes& pipes)
      : command_(command), cancel_(cancel), clock_(clock), grace_us_(grace_us), pipes_(pipes), started_(clock.Mono()) {}

  // Until nothing of the command is left.
  absl::StatusOr<CommandResult> Wait();

 private:
  // Once around: wait for something to read or the next look at the clock, read it. False when all streams have ended.
  bool Turn();
  void Read(UniqueFd& fd, int stream);
  void ReadStatusLines();
  void ReadMessages();
  void EndIfWanted();
  int PollTimeoutMs() const;

  const Command& command_;
  const CancelToken& cancel_;
  const Clock& clock_;
  const int64_t grace_us_;
  CommandPipes& pipes_;
  const MonoMicros started_;
  MonoMicros term_sent_ = 0;
  bool kill_sent_ = false;
  bool ended_ = false;  // the command itself; what it left may still be there
  SupervisorMessage not_started_;
  std::string status_text_;
  std::string messages_;
  CommandResult result_;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_RUNNING_COMMAND_H_
