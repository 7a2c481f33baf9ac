// Dialer: from an address to a session that is logged in. Lives on a handshake loop, where the key exchange's computing
// (about 25 ms) delays no open connection; nothing in it waits, so that dead hosts cost nothing but their timer.
//
//   name -> TCP -> key exchange -> host key compared -> login -> session
//
// Thread rule: everything on its loop; `done` comes there too.
#ifndef SERVER_TRANSPORT_SSH_DIALER_H_
#define SERVER_TRANSPORT_SSH_DIALER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "server/transport/event_loop.h"
#include "server/transport/login_gate.h"
#include "server/transport/options.h"
#include "server/transport/ssh/login.h"
#include "server/transport/ssh/resolver.h"
#include "server/transport/ssh/ssh_session.h"

namespace pe::transport {

class Dialer final : public std::enable_shared_from_this<Dialer> {
 public:
  struct Outcome {
    std::optional<SshSession> session;  // else `reason`
    CloseReason reason;
    std::string host_key;
    std::unique_ptr<LoginGate::Slot> slot;  // to be kept until the host has seen that the login is over
  };
  struct Parts {
    EventLoop* loop = nullptr;
    Resolver* resolver = nullptr;
    const TransportOptions* options = nullptr;
    SshTarget target;
    std::string target_name;  // for messages
    Credential credential;
    std::string pinned;  // "SHA256:..." or empty
    absl::AnyInvocable<void(Outcome)> done;
  };
  explicit Dialer(Parts parts);
  ~Dialer() { Leave(); }

  void Begin(std::unique_ptr<LoginGate::Slot> slot);
  // `done` is not called any more.
  void Cancel();

 private:
  void OnResolved(Resolution resolution);
  void ConnectNext();
  void OnConnected();
  void TryNext(int error);
  void StartKeyExchange();
  void ExchangeKeys();
  void CheckHostKey();
  void LogIn();
  void Fail(CloseReason reason);
  void Leave();
  void SetTimer(int64_t micros, CloseReason reason);

  Parts parts_;
  std::unique_ptr<LoginGate::Slot> slot_;
  std::optional<EventLoop::TimerId> timer_;
  std::vector<SocketAddress> addresses_;
  size_t next_address_ = 0;
  int tcp_fd_ = -1;  // until a session owns it
  int watched_fd_ = -1;
  std::optional<SshSession> session_;
  Login login_;
  std::string host_key_;
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_SSH_DIALER_H_
