#include "server/transport/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace pe::transport {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

absl::Status Errno(absl::string_view what, int error) {
  return absl::UnavailableError(absl::StrCat(what, ": ", strerror(error)));
}

int Spawn(const ChildCommand& command, int stream, int error, pid_t* pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, stream, 0);
  posix_spawn_file_actions_adddup2(&actions, stream, 1);
  posix_spawn_file_actions_adddup2(&actions, error, 2);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawn_file_actions_addchdir_np(&actions, "/");

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

  const int result = posix_spawn(pid, command.argv[0].c_str(), &actions, &attributes, Pointers(command.argv).data(),
                                 Pointers(command.environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return result;
}

// glibc 2.36's <sys/pidfd.h> forgets extern "C". The descriptor is close-on-exec.
int PidFd(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

constexpr int64_t kLastMomentMillis = 500;

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(const ChildCommand& command) {
  int stream[2], error[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream) != 0) return Errno("socketpair", errno);
  absl::Cleanup close_stream = [&] { close(stream[1]); };
  if (pipe2(error, O_CLOEXEC) != 0) {
    const int saved = errno;
    close(stream[0]);
    return Errno("pipe", saved);
  }
  absl::Cleanup close_error = [&] { close(error[1]); };

  ChildProcess child;
  child.stream_fd = stream[0];
  child.error_fd = error[0];
  // Only our ends: the program's own stay blocking, as programs expect.
  fcntl(child.stream_fd, F_SETFL, O_NONBLOCK);
  fcntl(child.error_fd, F_SETFL, O_NONBLOCK);
  const int failed = Spawn(command, stream[1], error[1], &child.pid);
  if (failed == 0) child.pid_fd = PidFd(child.pid);
  if (failed == 0 && child.pid_fd >= 0) return child;

  const int saved = failed != 0 ? failed : errno;
  close(child.stream_fd);
  close(child.error_fd);
  if (failed == 0) {
    kill(child.pid, SIGKILL);
    waitpid(child.pid, nullptr, 0);
  }
  return Errno(command.argv[0], saved);
}

void Reaper::Take(pid_t pid, int pid_fd, int64_t patience_us) {
  left_[pid_fd] = {pid, loop_->After(patience_us, [=, this] { Urge(pid_fd, SIGTERM, patience_us); })};
  loop_->Watch(pid_fd, EPOLLIN, [this, pid_fd](uint32_t) { Reap(pid_fd); });
}

void Reaper::Urge(int pid_fd, int signal, int64_t patience_us) {
  Left& left = left_.at(pid_fd);
  kill(left.pid, signal);  // it is not reaped yet, so the number is still its own
  left.timer = loop_->After(patience_us, [=, this] { Urge(pid_fd, SIGKILL, patience_us); });
}

void Reaper::Reap(int pid_fd) {
  const Left left = left_.at(pid_fd);
  if (waitpid(left.pid, nullptr, WNOHANG) == 0) return;
  loop_->Cancel(left.timer);
  loop_->Unwatch(pid_fd);
  left_.erase(pid_fd);
  close(pid_fd);
}

Reaper::~Reaper() {
  for (const auto& [pid_fd, left] : left_) {
    pollfd ended{.fd = pid_fd, .events = POLLIN};
    if (poll(&ended, 1, kLastMomentMillis) != 1) kill(left.pid, SIGKILL);
    waitpid(left.pid, nullptr, 0);
    loop_->Unwatch(pid_fd);
    loop_->Cancel(left.timer);
    close(pid_fd);
  }
}

}  // namespace pe::transport
