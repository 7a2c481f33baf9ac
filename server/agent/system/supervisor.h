// Supervisor: a small process between the agent and one command, the command's ancestor and child subreaper. Whatever
// the command starts, also what calls setsid, becomes the supervisor's child when its own parent dies, so that all of
// it can be found and ended; and when the agent dies, the supervisor sees its control pipe close and ends the command.
//
// RunSupervisor runs in a forked copy of a process with threads: it calls only what is safe in a signal handler and
// allocates nothing. Everything it needs is prepared in SupervisorJob before the fork.
#ifndef SERVER_AGENT_SYSTEM_SUPERVISOR_H_
#define SERVER_AGENT_SYSTEM_SUPERVISOR_H_

#include <sys/types.h>

#include <cstdint>

namespace pe::agent {

struct SupervisorJob {
  const char* program = nullptr;       // absolute path
  char* const* argv = nullptr;         // null-terminated
  char* const* environment = nullptr;  // null-terminated
  const char* directory = "/";
  uid_t uid = 0;
  gid_t gid = 0;
  const gid_t* groups = nullptr;
  size_t group_count = 0;
  bool change_user = false;
  // Descriptors, all >= 16, so that they do not collide with 0 to 3 of the command.
  int input = -1;
  int output = -1;
  int error = -1;
  int status = -1;   // the command's descriptor 3; -1: none
  int control = -1;  // read end: kTerm and kKill come in; end of file means that the agent is gone
  int result = -1;   // write end: SupervisorMessage
  int cgroup = -1;   // directory of the command's own cgroup; -1: none
};

inline constexpr char kTerm = 'T';  // ask everything to end
inline constexpr char kKill = 'K';  // end everything

// What comes back over `result`, each written whole: kStarted or kNotStarted first, then kEnded; the end of the pipe
// means that nothing of the command is left.
struct SupervisorMessage {
  enum Kind : int32_t { kStarted = 1, kNotStarted = 2, kEnded = 3 };
  int32_t kind = 0;
  int32_t value = 0;  // pid; errno; wait status
  int32_t stage = 0;  // kNotStarted: a Stage
};
// What could not be done when a command was not started.
enum SupervisorStage : int32_t { kStageFork = 1, kStageDescriptors, kStageUser, kStageDirectory, kStageExec };

// REQUIRES: in a forked child.
[[noreturn]] void RunSupervisor(const SupervisorJob& job);

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_SUPERVISOR_H_
