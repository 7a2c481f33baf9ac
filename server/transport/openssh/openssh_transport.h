// `openssh`: hosts by ssh, with the system's client: one process per connection, without ControlMaster. Slower and
// bigger than `ssh`, and able to do whatever an ssh_config asks (ProxyJump, hardware keys, certificates of users,
// post-quantum key exchange). Thread rule: as Transport.
#ifndef SERVER_TRANSPORT_OPENSSH_OPENSSH_TRANSPORT_H_
#define SERVER_TRANSPORT_OPENSSH_OPENSSH_TRANSPORT_H_

#include <memory>

#include "server/transport/agent_files.h"
#include "server/transport/link_set.h"
#include "server/transport/login_gate.h"
#include "server/transport/options.h"
#include "server/transport/process_loop.h"
#include "server/transport/remote_commands.h"
#include "server/transport/transport.h"

namespace pe {

class OpensshTransport final : public Transport {
 public:
  // INVALID_ARGUMENT for an agent directory that may not stand in a command line.
  static absl::StatusOr<std::unique_ptr<Transport>> Make(TransportOptions options);
  ~OpensshTransport() override;

  std::unique_ptr<Connection> Connect(const ConnectRequest& request,
                                      std::shared_ptr<ConnectionObserver> observer) override;

 private:
  OpensshTransport(TransportOptions options, transport::RemoteCommands commands);
  void Dial(const ConnectRequest& request, const std::string& pinned, std::shared_ptr<transport::AgentLink> link);

  const TransportOptions options_;
  const transport::RemoteCommands commands_;
  transport::AgentFiles files_;
  transport::LoginGate gate_;
  std::unique_ptr<transport::ProcessLoop> loop_;
  std::unique_ptr<transport::LinkSet> links_;
};

}  // namespace pe

#endif  // SERVER_TRANSPORT_OPENSSH_OPENSSH_TRANSPORT_H_
