#include "server/api/listener.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/log.h"

namespace pe {

Listener::Listener(int fd, std::string address, bool is_unix)
    : fd_(fd), stop_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), address_(std::move(address)), is_unix_(is_unix) {}

Listener::~Listener() {
  Stop();
  close(fd_);
  close(stop_fd_);
  if (is_unix_) unlink(address_.c_str());
}

void Listener::Serve(int ceiling, Handler handler) {
  thread_ = std::thread([this, ceiling, handler = std::move(handler)] { Loop(ceiling, handler); });
}

void Listener::Stop() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_fd_, 1);
  thread_.join();
}

// The kernel gives the lowest number that is free: a number at or above the ceiling says that too many are in use.
void Listener::Loop(int ceiling, const Handler& handler) {
  constexpr int kPauseMillis = 100;  // when there is no descriptor at all
  bool refusing = false;
  std::array<pollfd, 2> polled = {pollfd{fd_, POLLIN, 0}, pollfd{stop_fd_, POLLIN, 0}};
  while (true) {
    if (poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) return;
    if (polled[1].revents != 0) return;
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) poll(&polled[1], 1, kPauseMillis);
      continue;
    }
    const bool full = fd >= ceiling;
    if (full != refusing) {
      Log(full ? LogLevel::kWarning : LogLevel::kInfo,
          full ? "too many connections; new ones are closed" : "connections are accepted again",
          {{"listener", address_}, {"ceiling", absl::StrCat(ceiling)}});
      refusing = full;
    }
    if (full || !Welcome(fd)) {
      close(fd);
    } else {
      handler(fd_, fd);
    }
  }
}

bool Listener::Welcome(int fd) const {
  if (!is_unix_) return true;
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  if (peer.uid == 0 || peer.uid == geteuid()) return true;
  Log(LogLevel::kWarning, "a stranger connected to the socket and was closed; is its mode still 0600?",
      {{"listener", address_}, {"uid", absl::StrCat(peer.uid)}});
  return false;
}

}  // namespace pe
