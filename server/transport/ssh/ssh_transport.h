// `ssh`: hosts by ssh, with libssh in this process: small and fast. What libssh lacks (ProxyJump, hardware keys,
// certificates) is `openssh`'s. Thread rule: as Transport.
//
// Threads: handshake loops (as many as cores) do key exchanges and logins; session loops own the open connections;
// resolver threads wait for name servers. A session belongs to one of them at any time.
#ifndef SERVER_TRANSPORT_SSH_SSH_TRANSPORT_H_
#define SERVER_TRANSPORT_SSH_SSH_TRANSPORT_H_

#include <atomic>
#include <memory>
#include <vector>

#include "server/transport/agent_files.h"
#include "server/transport/link_set.h"
#include "server/transport/login_gate.h"
#include "server/transport/options.h"
#include "server/transport/remote_commands.h"
#include "server/transport/ssh/dialer.h"
#include "server/transport/ssh/resolver.h"
#include "server/transport/transport.h"

namespace pe {

class SshTransport final : public Transport {
 public:
  // INVALID_ARGUMENT for an agent directory that may not stand in a command line.
  static absl::StatusOr<std::unique_ptr<Transport>> Make(TransportOptions options);
  ~SshTransport() override;

  std::unique_ptr<Connection> Connect(const ConnectRequest& request,
                                      std::shared_ptr<ConnectionObserver> observer) override;

 private:
  SshTransport(TransportOptions options, transport::RemoteCommands commands);
  void Dial(const ConnectRequest& request, std::shared_ptr<transport::AgentLink> link);

  const TransportOptions options_;
  const transport::RemoteCommands commands_;
  transport::AgentFiles files_;
  transport::LoginGate gate_;
  std::atomic<size_t> next_{0};
  std::vector<std::unique_ptr<transport::EventLoop>> session_loops_;
  std::vector<std::unique_ptr<transport::EventLoop>> handshake_loops_;
  std::unique_ptr<transport::Resolver> resolver_;
  std::unique_ptr<transport::LinkSet> links_;
};

}  // namespace pe

#endif  // SERVER_TRANSPORT_SSH_SSH_TRANSPORT_H_
