#include "server/transport/ssh/ssh_transport.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/transport/host_key.h"
#include "server/transport/reasons.h"
#include "server/transport/ssh/ssh_pipe.h"

namespace pe {
namespace {

using transport::AgentLink;
using transport::Become;
using transport::Dialer;
using transport::EventLoop;
using transport::LoginGate;
using transport::SshPipe;

constexpr int kResolverThreads = 4;

}  // namespace

absl::StatusOr<std::unique_ptr<Transport>> SshTransport::Make(TransportOptions options) {
  PE_ASSIGN_OR_RETURN(auto commands, transport::RemoteCommands::Make(options.agent_directory));
  return std::unique_ptr<Transport>(new SshTransport(std::move(options), std::move(commands)));
}

SshTransport::SshTransport(TransportOptions options, transport::RemoteCommands commands)
    : options_(std::move(options)),
      commands_(std::move(commands)),
      files_(options_.binaries.directory),
      gate_(options_.logins_per_address, options_.logins_at_once),
      resolver_(std::make_unique<transport::Resolver>(kResolverThreads)),
      links_(std::make_unique<transport::LinkSet>()) {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < std::clamp(cores, 2u, 4u); ++i) session_loops_.push_back(std::make_unique<EventLoop>());
  for (unsigned i = 0; i < std::min(cores, 8u); ++i) handshake_loops_.push_back(std::make_unique<EventLoop>());
}

// Links first: their ends cancel dialers, which need their loops, and names that are looked up answer to those.
SshTransport::~SshTransport() {
  links_ = nullptr;
  gate_.DropWaiting();
  resolver_ = nullptr;
  handshake_loops_.clear();
  session_loops_.clear();
}

std::unique_ptr<Connection> SshTransport::Connect(const ConnectRequest& request,
                                                  std::shared_ptr<ConnectionObserver> observer) {
  const std::string user = transport::LoginUser(request);
  AgentLink::Parts parts{.loop = session_loops_[next_++ % session_loops_.size()].get(),
                         .options = &options_,
                         .files = &files_,
                         .observer = std::move(observer),
                         .target = transport::TargetName(request.address),
                         .user = user,
                         .become = request.credential.become && user != "root"};
  return links_->Add(std::move(parts),
                     [this, request](std::shared_ptr<AgentLink> link) { Dial(request, std::move(link)); });
}

void SshTransport::Dial(const ConnectRequest& request, std::shared_ptr<AgentLink> link) {
  const std::string target = transport::TargetName(request.address);
  const absl::StatusOr<std::string> pinned = transport::PinnedKey(request.host_key);
  if (!pinned.ok()) return link->Fail(transport::BadPinnedKey(target, request.host_key));

  EventLoop* const loop = handshake_loops_[next_++ % handshake_loops_.size()].get();
  const std::string user = transport::LoginUser(request);
  const int port = request.address.port == 0 ? 22 : request.address.port;
  const Become become = request.credential.become && user != "root" ? Become::kSudo : Become::kNo;
  // On the handshake loop: the session changes hands with the task.
  auto done = [this, link, become, target](Dialer::Outcome outcome) {
    link->loop()->Post([this, link, become, target, outcome = std::move(outcome)]() mutable {
      if (!outcome.session.has_value()) return link->Fail(std::move(outcome.reason));
      if (link->finished()) return;
      SshPipe::Parts parts{.loop = link->loop(),
                           .commands = &commands_,
                           .become = become,
                           .host_key = std::move(outcome.host_key),
                           .target = target,
                           .slot = std::move(outcome.slot)};
      link->Start(std::make_unique<SshPipe>(*std::move(outcome.session), std::move(parts)));
    });
  };
  auto dialer = std::make_shared<Dialer>(Dialer::Parts{.loop = loop,
                                                       .resolver = resolver_.get(),
                                                       .options = &options_,
                                                       .target = {.host = request.address.host,
                                                                  .port = port,
                                                                  .user = user,
                                                                  .agent_socket = request.credential.agent_socket},
                                                       .target_name = target,
                                                       .credential = request.credential,
                                                       .pinned = *pinned,
                                                       .done = std::move(done)});
  link->OnCancel([loop, dialer] { loop->Post([dialer] { dialer->Cancel(); }); });
  gate_.Enter(absl::StrCat(request.address.host, ":", port), [loop, dialer](std::unique_ptr<LoginGate::Slot> slot) {
    loop->Post([dialer, slot = std::move(slot)]() mutable { dialer->Begin(std::move(slot)); });
  });
}

}  // namespace pe
