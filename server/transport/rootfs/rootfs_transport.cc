#include "server/transport/rootfs/rootfs_transport.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "server/transport/child_pipe.h"
#include "server/transport/local/agent_child.h"
#include "server/transport/reasons.h"

namespace pe {
namespace {

// Empty when an agent can be started for it.
std::string WhyNot(const std::string& path) {
  struct stat status;
  if (path.empty() || path[0] != '/')
    return "the path of the root directory must be absolute, as in rootfs:///srv/image";
  if (stat(path.c_str(), &status) != 0) return "there is no such directory on the engine's machine";
  return S_ISDIR(status.st_mode) ? "" : "it is not a directory";
}

}  // namespace

using transport::AgentChild;
using transport::AgentLink;
using transport::ChildPipe;

std::unique_ptr<Connection> RootfsTransport::Connect(const ConnectRequest& request,
                                                     std::shared_ptr<ConnectionObserver> observer) {
  const std::string path = request.address.path;
  const std::string target = absl::StrCat("rootfs://", path);
  const bool sudo = transport::NeedsSudo(request.credential);
  AgentLink::Parts parts{.loop = loop_.loop(), .options = &options_, .observer = std::move(observer), .target = target};
  return links_.Add(std::move(parts), [=, this](std::shared_ptr<AgentLink> link) {
    const std::string why_not = WhyNot(path);
    if (!why_not.empty()) return link->Fail(transport::UnsupportedAddress(target, why_not));
    auto policy = std::make_unique<AgentChild>(options_, target, std::vector<std::string>{"rootfs", path}, sudo);
    link->Start(std::make_unique<ChildPipe>(loop_.loop(), loop_.reaper(), std::move(policy)));
  });
}

}  // namespace pe
