#include "server/transport/openssh/openssh_transport.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/transport/host_key.h"
#include "server/transport/openssh/ssh_policy.h"
#include "server/transport/reasons.h"

namespace pe {
namespace {

using transport::AgentLink;
using transport::ChildPipe;
using transport::LoginGate;
using transport::SshPolicy;

// Connections that share a bastion share its bound; which one a configuration leads over is its own affair, so all of a
// configuration count as one address.
std::string GateAddress(const ConnectRequest& request) {
  if (!request.credential.ssh_config.empty()) return request.credential.ssh_config;
  return absl::StrCat(request.address.host, ":", request.address.port);
}

// Each program's start is also a connect and a login.
TransportOptions WithLogin(TransportOptions options) {
  options.hello_timeout_us += options.connect_timeout_us + options.login_timeout_us;
  return options;
}

bool LooksLikeOption(const ConnectRequest& request) {
  return request.address.host.empty() || absl::StartsWith(request.address.host, "-") ||
         absl::StartsWith(transport::LoginUser(request), "-");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Transport>> OpensshTransport::Make(TransportOptions options) {
  PE_ASSIGN_OR_RETURN(auto commands, transport::RemoteCommands::Make(options.agent_directory));
  return std::unique_ptr<Transport>(new OpensshTransport(std::move(options), std::move(commands)));
}

OpensshTransport::OpensshTransport(TransportOptions options, transport::RemoteCommands commands)
    : options_(WithLogin(std::move(options))),
      commands_(std::move(commands)),
      files_(options_.binaries.directory),
      gate_(options_.logins_per_address, options_.logins_at_once),
      loop_(std::make_unique<transport::ProcessLoop>()),
      links_(std::make_unique<transport::LinkSet>()) {}

OpensshTransport::~OpensshTransport() {
  links_ = nullptr;
  gate_.DropWaiting();
  loop_ = nullptr;
}

std::unique_ptr<Connection> OpensshTransport::Connect(const ConnectRequest& request,
                                                      std::shared_ptr<ConnectionObserver> observer) {
  const std::string user = transport::LoginUser(request);
  AgentLink::Parts parts{.loop = loop_->loop(),
                         .options = &options_,
                         .files = &files_,
                         .observer = std::move(observer),
                         .target = transport::TargetName(request.address),
                         .user = user,
                         .become = request.credential.become && user != "root"};
  return links_->Add(std::move(parts), [this, request](std::shared_ptr<AgentLink> link) {
    const std::string target = transport::TargetName(request.address);
    const absl::StatusOr<std::string> pinned = transport::PinnedKey(request.host_key);
    if (!pinned.ok()) return link->Fail(transport::BadPinnedKey(target, request.host_key));
    if (LooksLikeOption(request)) {
      return link->Fail(
          transport::UnsupportedAddress(target, "a host or user is not empty and does not begin with '-'"));
    }
    Dial(request, *pinned, std::move(link));
  });
}

void OpensshTransport::Dial(const ConnectRequest& request, const std::string& pinned, std::shared_ptr<AgentLink> link) {
  gate_.Enter(GateAddress(request), [this, request, pinned, link](std::unique_ptr<LoginGate::Slot> slot) {
    loop_->loop()->Post([this, request, pinned, link, slot = std::move(slot)]() mutable {
      if (link->finished()) return;
      SshPolicy::Parts parts{
          .options = &options_, .commands = &commands_, .request = request, .pinned = pinned, .slot = std::move(slot)};
      link->Start(
          std::make_unique<ChildPipe>(loop_->loop(), loop_->reaper(), std::make_unique<SshPolicy>(std::move(parts))));
    });
  });
}

}  // namespace pe
