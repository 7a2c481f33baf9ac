// AgentChild: how an agent is run on the engine's own machine; for `local` and `rootfs`.
#ifndef SERVER_TRANSPORT_LOCAL_AGENT_CHILD_H_
#define SERVER_TRANSPORT_LOCAL_AGENT_CHILD_H_

#include <string>
#include <vector>

#include "server/transport/child_pipe.h"
#include "server/transport/options.h"

namespace pe::transport {

class AgentChild final : public ChildPolicy {
 public:
  // `arguments` of pe-agent. `sudo`: the engine is not root and the credential says `become`.
  AgentChild(const TransportOptions& options, std::string target, std::vector<std::string> arguments, bool sudo);

  absl::StatusOr<ChildCommand> Command(Program program) override;
  void Judge(PipeEnd& end) override;

 private:
  ChildCommand command_;
  const std::string target_;
  const bool sudo_;
};

// The engine is not root and shall become it.
bool NeedsSudo(const Credential& credential);

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_LOCAL_AGENT_CHILD_H_
