#include "server/agent/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace pe::agent {
namespace {

constexpr size_t kTooMuchToSend = 4 * kEnoughToSend;  // nothing more is read from who does not take answers

void SetNonBlocking(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

}  // namespace

void Loop::AddStreams(int in, int out, bool vital) {
  SetNonBlocking(in);
  SetNonBlocking(out);
  connections_.emplace_back(agent_, UniqueFd(), in, out, vital);
}

void Loop::Run(const std::atomic<bool>& stop) {
  last_busy_ = clock_.Mono();
  while (!ended_ && !stop.load()) {
    const MonoMicros next = agent_.Tick();
    for (Connection& connection : connections_) {
      connection.session.Pump();
      Write(connection);
    }
    DropClosed();
    if (ended_ || IdleTooLong()) return;
    Sleep(next);
  }
}

bool Loop::IdleTooLong() const {
  return options_.idle_exit_us > 0 && connections_.empty() && !agent_.busy() &&
         clock_.Mono() - last_busy_ >= options_.idle_exit_us;
}

int Loop::TimeoutMs(MonoMicros next) const {
  const MonoMicros now = clock_.Mono();
  if (options_.idle_exit_us > 0 && connections_.empty() && !agent_.busy()) {
    const MonoMicros idle_end = last_busy_ + options_.idle_exit_us;
    next = next == 0 ? idle_end : std::min(next, idle_end);
  }
  if (next == 0) return -1;
  return static_cast<int>(std::clamp<int64_t>((next - now + 999) / 1000, 0, 1000 * 3600));
}

void Loop::Sleep(MonoMicros next) {
  std::vector<pollfd> fds = {
      {waker_.fd(), POLLIN, 0}, {options_.listener, POLLIN, 0}, {options_.retire_listener, POLLIN, 0}};
  for (const Connection& connection : connections_) {
    const bool read = const_cast<Connection&>(connection).session.out().size() < kTooMuchToSend;
    const bool write = !const_cast<Connection&>(connection).session.out().empty();
    // A closed output without anything to write is still noticed: poll reports errors and hang-ups always.
    fds.push_back({connection.in, static_cast<short>(read ? POLLIN : 0), 0});
    fds.push_back({connection.out, static_cast<short>(write ? POLLOUT : 0), 0});
  }
  if (poll(fds.data(), fds.size(), TimeoutMs(next)) < 0 && errno != EINTR) return;
  if (fds[0].revents != 0) waker_.Take();
  size_t at = 3;
  for (Connection& connection : connections_) {
    const short in = fds[at].revents;
    const short out = fds[at + 1].revents;
    at += 2;
    if ((out & (POLLERR | POLLNVAL)) != 0) connection.closed = true;
    if ((in & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) != 0) Read(connection);
  }
  if (!connections_.empty() || agent_.busy()) last_busy_ = clock_.Mono();
  if (fds[1].revents != 0) Accept();
  if (fds[2].revents != 0) AnswerRetire();
}

void Loop::Read(Connection& connection) {
  char buffer[64 * 1024];
  while (!connection.closed) {
    const ssize_t n = read(connection.in, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    const auto owner = [&] { return std::make_pair(connection.session.engine_id(), connection.session.epoch()); };
    const auto before = owner();
    connection.closed = n <= 0 || !connection.session.OnBytes(absl::string_view(buffer, static_cast<size_t>(n))).ok();
    if (owner() != before) DropSuperseded(connection);
    if (static_cast<size_t>(n) < sizeof buffer || connection.session.out().size() >= kTooMuchToSend) return;
  }
}

void Loop::Write(Connection& connection) {
  std::string& out = connection.session.out();
  while (!out.empty() && !connection.closed) {
    const ssize_t n = write(connection.out, out.data(), out.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) {
      connection.closed = true;
    } else {
      out.erase(0, static_cast<size_t>(n));
      if (out.empty()) connection.session.Pump();
    }
  }
}

void Loop::Accept() {
  UniqueFd fd(accept4(options_.listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd.ok() || connections_.size() >= kMostConnections) return;
  const int number = fd.get();
  connections_.emplace_back(agent_, std::move(fd), number, number, false);
  last_busy_ = clock_.Mono();
}

void Loop::AnswerRetire() {
  const UniqueFd fd(accept4(options_.retire_listener, nullptr, nullptr, SOCK_CLOEXEC));
  if (!fd.ok()) return;
  ended_ = connections_.empty() && !agent_.busy();
  // Once it is said, the socket is closed by the end of the process: the newer agent waits for that.
  const char answer = ended_ ? 'Y' : 'N';
  if (write(fd.get(), &answer, 1) < 0) return;  // whoever asked has gone
}

void Loop::DropSuperseded(const Connection& newest) {
  for (Connection& connection : connections_) {
    if (connection.session.engine_id().empty()) continue;
    connection.closed |= connection.session.engine_id() != newest.session.engine_id() ||
                         connection.session.epoch() != newest.session.epoch();
  }
}

void Loop::DropClosed() {
  for (auto it = connections_.begin(); it != connections_.end();) {
    if (!it->closed) {
      ++it;
      continue;
    }
    ended_ |= it->vital;
    it = connections_.erase(it);
    last_busy_ = clock_.Mono();
  }
}

}  // namespace pe::agent
