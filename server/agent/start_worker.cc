// StartWorker: how a worker gets out of the session it is started from.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/status.h"
#include "server/agent/facts/facts.h"
#include "server/agent/identity.h"
#include "server/agent/places.h"
#include "server/agent/system/errno_status.h"
#include "server/agent/system/real_file_system.h"
#include "server/agent/system/real_process_runner.h"
#include "server/agent/worker.h"

namespace pe::agent {
namespace {

constexpr int64_t kSystemdRunTimeoutUs = 10 * kMicrosPerSecond;

// A transient unit is out of the login session's scope, so the session's end does not touch it, and its cgroup is ours.
bool StartUnit(const std::string& path) {
  const SystemClock clock;
  RealProcessRunner processes(clock, {});
  const CancelToken never;
  const absl::StatusOr<CommandResult> result =
      processes.Run({.argv = {"systemd-run", "--quiet", "--collect", "--no-block", "--unit=pe-agent-worker",
                              "--description=Provision Engine agent", "--property=Delegate=yes",
                              "--property=KillMode=mixed", "--property=OOMPolicy=continue",
                              // A guarded step may wait, and nobody but the worker undoes it.
                              "--property=Restart=on-failure", "--property=RestartSec=1", path, "worker"},
                     .timeout_us = kSystemdRunTimeoutUs},
                    never);
  if (result.ok() && result->ok()) return true;
  // It was killed and is about to be started again: now, then.
  const absl::StatusOr<CommandResult> started = processes.Run(
      {.argv = {"systemctl", "start", "--no-block", "pe-agent-worker.service"}, .timeout_us = kSystemdRunTimeoutUs},
      never);
  return started.ok() && started->ok();
}

// The grandchild is nobody's child: it ends with the host, not with us.
absl::Status StartSession(const std::string& path) {
  const pid_t child = fork();
  if (child < 0) return ErrnoStatus(errno, "a process for the worker");
  if (child > 0) {
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    return absl::OkStatus();
  }
  setsid();
  if (fork() != 0) _exit(0);
  const int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) dup2(null, fd);
  if (null > 2) close(null);
  if (chdir("/") != 0) _exit(1);
  signal(SIGPIPE, SIG_DFL);
  execl(path.c_str(), path.c_str(), "worker", static_cast<char*>(nullptr));
  _exit(127);
}

}  // namespace

absl::Status StartWorker() {
  const std::string path = BinaryPath();
  if (path.empty()) return absl::FailedPreconditionError("/proc is not mounted: the agent cannot find its own binary");
  RealFileSystem files;
  if (UsualPlaces() && geteuid() == 0 && HasInit(files) && StartUnit(path)) return absl::OkStatus();
  return StartSession(path);
}

}  // namespace pe::agent
