#include "server/transport/all.h"

#include <cstdlib>
#include <utility>

#include "base/status.h"
#include "server/transport/local/local_transport.h"
#include "server/transport/openssh/openssh_transport.h"
#include "server/transport/rootfs/rootfs_transport.h"
#include "server/transport/ssh/ssh_transport.h"

namespace pe {

absl::StatusOr<std::map<std::string, std::unique_ptr<Transport>>> MakeTransports(TransportOptions options) {
  for (const char* name : {"PE_AGENT_RUN", "PE_AGENT_STATE"}) {
    if (const char* value = std::getenv(name)) options.agent_environment.emplace_back(name, value);
  }
  std::map<std::string, std::unique_ptr<Transport>> transports;
  transports["local"] = std::make_unique<LocalTransport>(options);
  transports["rootfs"] = std::make_unique<RootfsTransport>(options);
  PE_ASSIGN_OR_RETURN(transports["openssh"], OpensshTransport::Make(options));
  PE_ASSIGN_OR_RETURN(transports["ssh"], SshTransport::Make(options));
  return transports;
}

}  // namespace pe
