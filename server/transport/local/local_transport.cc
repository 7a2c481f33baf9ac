#include "server/transport/local/local_transport.h"

#include "server/transport/child_pipe.h"
#include "server/transport/local/agent_child.h"
#include "server/transport/local/socket_pipe.h"

namespace pe {

using transport::AgentChild;
using transport::AgentLink;
using transport::ChildPipe;
using transport::SocketPipe;

std::unique_ptr<Connection> LocalTransport::Connect(const ConnectRequest& request,
                                                    std::shared_ptr<ConnectionObserver> observer) {
  const bool sudo = transport::NeedsSudo(request.credential);
  AgentLink::Parts parts{
      .loop = loop_.loop(), .options = &options_, .observer = std::move(observer), .target = "local://"};
  return links_.Add(std::move(parts), [this, sudo](std::shared_ptr<AgentLink> link) {
    if (!options_.local_socket.empty()) {
      return link->Start(std::make_unique<SocketPipe>(loop_.loop(), options_.local_socket));
    }
    auto policy = std::make_unique<AgentChild>(options_, "local://", std::vector<std::string>{"attach"}, sudo);
    link->Start(std::make_unique<ChildPipe>(loop_.loop(), loop_.reaper(), std::move(policy)));
  });
}

}  // namespace pe
