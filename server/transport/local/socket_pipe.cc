#include "server/transport/local/socket_pipe.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pe::transport {

void SocketPipe::Run(Program, PipeEvents* events) {
  Stop();
  events_ = events;
  sockaddr_un address{.sun_family = AF_UNIX};
  if (path_.size() >= sizeof address.sun_path) return End(absl::StrCat(path_, ": the path is too long"));
  memcpy(address.sun_path, path_.data(), path_.size());
  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0 || connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return End(absl::StrCat(path_, ": ", strerror(errno), "; is the agent's socket unit running?"));
  }
  loop_->Watch(fd_, EPOLLIN, [this](uint32_t events) { OnEvents(events); });
}

size_t SocketPipe::Write(absl::string_view bytes) {
  if (fd_ < 0) return 0;
  const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  const size_t written = n < 0 ? 0 : static_cast<size_t>(n);
  loop_->Change(fd_, written < bytes.size() ? EPOLLIN | EPOLLOUT : EPOLLIN);
  return written;
}

void SocketPipe::OnEvents(uint32_t events) {
  if ((events & EPOLLOUT) != 0) {
    loop_->Change(fd_, EPOLLIN);
    events_->OnWritable();
  }
  if ((events & ~uint32_t{EPOLLOUT}) == 0) return;
  char buffer[64 * 1024];
  const ssize_t n = recv(fd_, buffer, sizeof buffer, 0);
  if (n > 0) return events_->OnBytes(absl::string_view(buffer, static_cast<size_t>(n)));
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  End(n == 0 ? "the agent closed its socket" : strerror(errno));
}

void SocketPipe::End(std::string why) {
  Stop();
  std::exchange(events_, nullptr)->OnEnd({.error_text = std::move(why)});
}

void SocketPipe::Stop() {
  if (fd_ < 0) return;
  loop_->Unwatch(fd_);
  close(std::exchange(fd_, -1));
}

}  // namespace pe::transport
