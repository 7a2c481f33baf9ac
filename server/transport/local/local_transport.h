// `local`: the engine's own machine. Runs `pe-agent attach` of AgentBinaries.directory, or connects to the socket of a
// root-owned unit that does (TransportOptions.local_socket). Thread rule: as Transport.
#ifndef SERVER_TRANSPORT_LOCAL_LOCAL_TRANSPORT_H_
#define SERVER_TRANSPORT_LOCAL_LOCAL_TRANSPORT_H_

#include "server/transport/link_set.h"
#include "server/transport/options.h"
#include "server/transport/process_loop.h"
#include "server/transport/transport.h"

namespace pe {

class LocalTransport final : public Transport {
 public:
  explicit LocalTransport(TransportOptions options) : options_(std::move(options)) {}
  std::unique_ptr<Connection> Connect(const ConnectRequest& request,
                                      std::shared_ptr<ConnectionObserver> observer) override;

 private:
  const TransportOptions options_;
  transport::ProcessLoop loop_;
  transport::LinkSet links_;  // goes first
};

}  // namespace pe

#endif  // SERVER_TRANSPORT_LOCAL_LOCAL_TRANSPORT_H_
