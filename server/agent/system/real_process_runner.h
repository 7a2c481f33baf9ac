// Programs on the host, each below a supervisor of its own (supervisor.h), and, where the agent owns a cgroup2 subtree,
// in a cgroup of its own that is ended by cgroup.kill. Thread-safe.
#ifndef SERVER_AGENT_SYSTEM_REAL_PROCESS_RUNNER_H_
#define SERVER_AGENT_SYSTEM_REAL_PROCESS_RUNNER_H_

#include <atomic>
#include <string>

#include "base/clock.h"
#include "server/agent/system/process.h"

namespace pe::agent {

class RealProcessRunner final : public ProcessRunner {
 public:
  struct Options {
    std::string cgroup;  // directory of a delegated cgroup2 subtree without processes of its own; empty: none
    int64_t grace_us = 5 * kMicrosPerSecond;  // between TERM and KILL
  };
  // `clock` outlives it.
  RealProcessRunner(const Clock& clock, Options options) : clock_(clock), options_(std::move(options)) {}

  absl::StatusOr<CommandResult> Run(const Command& command, const CancelToken& cancel) override;

 private:
  const Clock& clock_;
  const Options options_;
  std::atomic<uint64_t> next_cgroup_{1};
};

// The absolute path of a program: `name` itself when it has a '/', else the first hit in the default path. NOT_FOUND
// says where it was looked for.
absl::StatusOr<std::string> FindProgram(const std::string& name);

// The path in which programs are looked up, and the PATH they get.
inline constexpr char kDefaultPath[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_REAL_PROCESS_RUNNER_H_
