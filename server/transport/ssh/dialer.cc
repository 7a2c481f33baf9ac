#include "server/transport/ssh/dialer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "server/transport/reasons.h"

namespace pe::transport {
namespace {

// Unacknowledged data ends a TCP connection after this; with the pings above it a dead peer is seen in time.
constexpr int kUnacknowledgedMillis = 20'000;
constexpr int kSendBufferBytes = 256 * 1024;

void SetSocketOptions(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  // What waits here is unseen: with megabytes of it a slow link would look like a dead one.
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUnacknowledgedMillis, sizeof kUnacknowledgedMillis);
}

CloseReason ForErrno(const std::string& target, int error, int64_t timeout_us) {
  if (error == ETIMEDOUT) return ConnectTimeout(target, timeout_us);
  return ConnectRefused(target, strerror(error));
}

}  // namespace

Dialer::Dialer(Parts parts)
    : parts_(std::move(parts)), login_(parts_.credential, parts_.target.user, parts_.target_name) {}

void Dialer::Begin(std::unique_ptr<LoginGate::Slot> slot) {
  if (!parts_.done) return;  // cancelled while it waited
  slot_ = std::move(slot);
  SetTimer(parts_.options->connect_timeout_us, ConnectTimeout(parts_.target_name, parts_.options->connect_timeout_us));
  parts_.resolver->Resolve(parts_.target.host, parts_.target.port,
                           [loop = parts_.loop, self = shared_from_this()](Resolution resolution) mutable {
                             loop->Post([self = std::move(self), resolution = std::move(resolution)]() mutable {
                               self->OnResolved(std::move(resolution));
                             });
                           });
}

void Dialer::OnResolved(Resolution resolution) {
  if (!parts_.done) return;
  if (resolution.addresses.empty()) {
    return Fail(NameNotFound(parts_.target.host, resolution.error, resolution.retryable));
  }
  addresses_ = std::move(resolution.addresses);
  ConnectNext();
}

void Dialer::ConnectNext() {
  const SocketAddress& address = addresses_[next_address_++];
  tcp_fd_ = socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (tcp_fd_ < 0) return TryNext(errno);
  SetSocketOptions(tcp_fd_);
  if (connect(tcp_fd_, reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0 &&
      errno != EINPROGRESS) {
    return TryNext(errno);
  }
  watched_fd_ = tcp_fd_;
  parts_.loop->Watch(tcp_fd_, EPOLLOUT, [this](uint32_t) { OnConnected(); });
}

void Dialer::OnConnected() {
  parts_.loop->Unwatch(std::exchange(watched_fd_, -1));
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(tcp_fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return TryNext(error);
  StartKeyExchange();
}

void Dialer::TryNext(int error) {
  if (tcp_fd_ >= 0) close(std::exchange(tcp_fd_, -1));
  if (next_address_ < addresses_.size()) return ConnectNext();
  Fail(ForErrno(parts_.target_name, error, parts_.options->connect_timeout_us));
}

void Dialer::StartKeyExchange() {
  absl::StatusOr<SshSession> session = SshSession::Make(std::exchange(tcp_fd_, -1), parts_.target);
  if (!session.ok()) return Fail(UnsupportedAddress(parts_.target_name, session.status().message()));
  session_ = *std::move(session);
  const auto self = shared_from_this();  // it may be over in the first step
  ExchangeKeys();
}

void Dialer::ExchangeKeys() {
  const int result = ssh_connect(session_->raw());
  if (result == SSH_OK) return CheckHostKey();
  if (result != SSH_AGAIN) {
    const std::string error = session_->Error();
    const bool no_match = absl::StrContains(error, "no match for method");
    return Fail(no_match ? NoCommonAlgorithms(parts_.target_name, error) : HandshakeFailed(parts_.target_name, error));
  }
  if (watched_fd_ >= 0) return parts_.loop->Change(watched_fd_, session_->Events());
  watched_fd_ = session_->fd();
  parts_.loop->Watch(watched_fd_, session_->Events(), [this](uint32_t) {
    const auto self = shared_from_this();
    if (host_key_.empty()) {
      ExchangeKeys();
    } else {
      LogIn();
    }
  });
}

// Nothing of ours goes to a host before this: no user name, no key, no agent.
void Dialer::CheckHostKey() {
  session_->MakeSocketNonBlocking();
  absl::StatusOr<std::string> offered = session_->HostKey();
  if (!offered.ok()) return Fail(HandshakeFailed(parts_.target_name, offered.status().message()));
  if (parts_.pinned.empty()) return Fail(HostKeyUnknown(parts_.target_name, *offered));
  if (parts_.pinned != *offered) return Fail(HostKeyChanged(parts_.target_name, parts_.pinned, *offered));
  host_key_ = *std::move(offered);
  SetTimer(parts_.options->login_timeout_us,
           LoginTimeout(parts_.target.user, parts_.target_name, parts_.options->login_timeout_us));
  LogIn();
}

void Dialer::LogIn() {
  switch (login_.Step(*session_)) {
    case Login::Result::kAgain:
      return parts_.loop->Change(watched_fd_, session_->Events());
    case Login::Result::kFailed:
      return Fail(login_.reason());
    case Login::Result::kDone:
      break;
  }
  auto done = std::exchange(parts_.done, nullptr);
  parts_.loop->Unwatch(std::exchange(watched_fd_, -1));
  Outcome outcome{
      .session = std::exchange(session_, std::nullopt), .reason = {}, .host_key = host_key_, .slot = std::move(slot_)};
  Leave();
  done(std::move(outcome));
}

void Dialer::Fail(CloseReason reason) {
  auto done = std::exchange(parts_.done, nullptr);
  Leave();
  done({.session = std::nullopt, .reason = std::move(reason)});
}

void Dialer::Cancel() {
  parts_.done = nullptr;
  Leave();
}

// Gives back everything it holds. Also after the end of the loop, when only the descriptors are left to be closed.
void Dialer::Leave() {
  if (timer_.has_value()) parts_.loop->Cancel(*std::exchange(timer_, std::nullopt));
  if (watched_fd_ >= 0) parts_.loop->Unwatch(std::exchange(watched_fd_, -1));
  session_ = std::nullopt;
  if (tcp_fd_ >= 0) close(std::exchange(tcp_fd_, -1));
  slot_ = nullptr;
}

void Dialer::SetTimer(int64_t micros, CloseReason reason) {
  if (timer_.has_value()) parts_.loop->Cancel(*timer_);
  timer_ = parts_.loop->After(micros, [this, reason = std::move(reason)] {
    const auto self = shared_from_this();
    timer_ = std::nullopt;
    Fail(reason);
  });
}

}  // namespace pe::transport
