#include "server/transport/child_pipe.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "server/transport/reasons.h"

namespace pe::transport {
namespace {

constexpr size_t kReadBytes = 64 * 1024;
constexpr size_t kKeepErrorBytes = 4 * 1024;
constexpr int kLastReads = 64;  // 4 MiB: more than a socket holds
// Of a program that has closed its output, or whose input we closed, before it is told to end.
constexpr int64_t kPatience = 5 * kMicrosPerSecond;

}  // namespace

void ChildPipe::Run(Program program, PipeEvents* events) {
  Stop();
  events_ = events;
  program_ = program;
  error_text_.clear();
  spoke_ = false;
  absl::StatusOr<ChildCommand> command = policy_->Command(program);
  absl::StatusOr<ChildProcess> child = command.ok() ? ChildProcess::Start(*command) : command.status();
  if (!child.ok()) {
    PipeEnd end{.error_text = std::string(child.status().message())};
    policy_->Judge(end);
    return std::exchange(events_, nullptr)->OnEnd(end);
  }
  child_ = *child;
  loop_->Watch(child_.stream_fd, EPOLLIN, [this](uint32_t events) { OnStream(events); });
  loop_->Watch(child_.error_fd, EPOLLIN, [this](uint32_t) { ReadErrors(); });
  loop_->Watch(child_.pid_fd, EPOLLIN, [this](uint32_t) { OnExit(); });
  if (policy_->StuckAfter() > 0) SetTimer(policy_->StuckAfter(), [this] { OnStuckTimer(); });
}

void ChildPipe::OnStuckTimer() {
  PipeEnd end{.broken = spoke_ ? std::nullopt : policy_->Stuck()};
  if (!end.broken.has_value()) return;
  Stop();
  std::exchange(events_, nullptr)->OnEnd(end);
}

void ChildPipe::SetTimer(int64_t micros, EventLoop::Task task) {
  if (timer_.has_value()) loop_->Cancel(*timer_);
  timer_ = loop_->After(micros, [this, task = std::move(task)]() mutable {
    timer_ = std::nullopt;
    task();
  });
}

size_t ChildPipe::Write(absl::string_view bytes) {
  size_t written = 0;
  while (child_.stream_fd >= 0 && written < bytes.size()) {
    const ssize_t n = send(child_.stream_fd, bytes.data() + written, bytes.size() - written, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;  // full, or its end: which comes as an event
    written += static_cast<size_t>(n);
  }
  if (child_.stream_fd >= 0) loop_->Change(child_.stream_fd, written < bytes.size() ? EPOLLIN | EPOLLOUT : EPOLLIN);
  return written;
}

void ChildPipe::OnStream(uint32_t events) {
  if ((events & EPOLLOUT) != 0) {
    loop_->Change(child_.stream_fd, EPOLLIN);
    events_->OnWritable();
  }
  if ((events & ~uint32_t{EPOLLOUT}) != 0) ReadSome();
}

// One buffer a turn, so that a talkative host leaves the loop to others. False: there is no more for now.
bool ChildPipe::ReadSome() {
  if (child_.stream_fd < 0) return false;
  char buffer[kReadBytes];
  const ssize_t n = recv(child_.stream_fd, buffer, sizeof buffer, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n <= 0) return CloseStream(), false;
  if (!std::exchange(spoke_, true)) policy_->OnFirstBytes(program_);
  events_->OnBytes(absl::string_view(buffer, static_cast<size_t>(n)));
  return true;
}

void ChildPipe::ReadErrors() {
  char buffer[kKeepErrorBytes];
  for (;;) {
    const ssize_t n = read(child_.error_fd, buffer, sizeof buffer);
    if (n > 0) {
      error_text_.append(buffer, static_cast<size_t>(n));
      if (error_text_.size() > kKeepErrorBytes) error_text_.erase(0, error_text_.size() - kKeepErrorBytes);
      continue;
    }
    if (n == 0) loop_->Unwatch(child_.error_fd);  // else it would be readable for ever
    return;
  }
}

// Its output has ended, it should end too.
void ChildPipe::CloseStream() {
  loop_->Unwatch(child_.stream_fd);
  close(std::exchange(child_.stream_fd, -1));
  SetTimer(kPatience, [pid = child_.pid] { kill(pid, SIGKILL); });
}

void ChildPipe::OnExit() {
  int status = 0;
  if (waitpid(child_.pid, &status, WNOHANG) == 0) return;
  // What it left in the socket; a grandchild that goes on writing does not hold us.
  for (int i = 0; i < kLastReads && ReadSome(); ++i) {
  }
  ReadErrors();
  child_.pid = -1;
  PipeEnd end{.error_text = std::move(error_text_)};
  if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  Stop();
  policy_->Judge(end);
  std::exchange(events_, nullptr)->OnEnd(end);
}

void ChildPipe::Stop() {
  if (timer_.has_value()) loop_->Cancel(*std::exchange(timer_, std::nullopt));
  for (int* fd : {&child_.stream_fd, &child_.error_fd, &child_.pid_fd}) {
    if (*fd < 0) continue;
    loop_->Unwatch(*fd);
    if (fd != &child_.pid_fd || child_.pid < 0) close(*fd);
  }
  if (child_.pid >= 0) reaper_->Take(child_.pid, child_.pid_fd, kPatience);
  child_ = ChildProcess();
}

}  // namespace pe::transport
