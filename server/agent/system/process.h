// ProcessRunner: the seam between the agent and programs on the host.
// Thread rule: Run blocks its caller and may be called from several threads; CancelToken is thread-safe.
#ifndef SERVER_AGENT_SYSTEM_PROCESS_H_
#define SERVER_AGENT_SYSTEM_PROCESS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe::agent {

// Set once, by Cancel or by a step's timeout; looked at by whatever may take long.
class CancelToken {
 public:
  enum class Why { kNone, kCancelled, kForced, kTimedOut };
  Why why() const { return why_.load(std::memory_order_acquire); }
  bool set() const { return why() != Why::kNone; }
  void Set(Why why) { why_.store(why, std::memory_order_release); }

 private:
  std::atomic<Why> why_{Why::kNone};
};

struct Command {
  std::vector<std::string> argv;  // argv[0] without '/' is looked up in the default path; never a shell line
  std::string directory = "/";
  std::vector<std::pair<std::string, std::string>> environment;  // added to PATH, LANG=C.UTF-8, HOME=/root
  std::string standard_input;
  uint32_t uid = 0;  // with gid and supplementary groups below when not 0
  uint32_t gid = 0;
  std::vector<uint32_t> groups;
  int64_t timeout_us = 0;          // 0: until the token is set
  bool interruptible = true;       // false: only a forced cancel or the timeout ends it
  size_t keep_output = 64 * 1024;  // of each stream, in CommandResult; the last bytes are kept
  // Called as output arrives, from the thread that runs the command; may be null.
  std::function<void(int stream, absl::string_view bytes)> on_output;
  // Reads lines of a status pipe, given to the program as file descriptor 3 (apt's APT::Status-Fd); may be null.
  std::function<void(absl::string_view line)> on_status_line;
  std::function<void(int pid)> on_start;
};

struct CommandResult {
  int exit_code = -1;  // valid when signal is 0
  int signal = 0;
  bool timed_out = false;
  bool cancelled = false;
  std::string standard_output;
  std::string standard_error;
  bool ok() const { return signal == 0 && exit_code == 0; }
};

class ProcessRunner {
 public:
  virtual ~ProcessRunner() = default;
  // Runs to its end, in a process group (and, where there is systemd, a cgroup) of its own: TERM, 5 s, KILL of the
  // whole group when the token is set or the time is up; nothing of it is left when Run returns. A status that is not
  // OK means that the program could not be started (NOT_FOUND: no such program); a program that failed is a
  // CommandResult.
  virtual absl::StatusOr<CommandResult> Run(const Command& command, const CancelToken& cancel) = 0;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_PROCESS_H_
