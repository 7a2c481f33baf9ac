// EngineCore: connections to agents and what goes over them.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/mutant.h"
#include "server/engine/address.h"
#include "server/engine/engine_core.h"

namespace pe {
namespace {

using provision::agent::v1::Frame;

constexpr int64_t kPingEvery = 10 * kMicrosPerSecond;
constexpr int64_t kDeadAfter = 25 * kMicrosPerSecond;  // a dead peer is seen in 25 s
constexpr int64_t kCheckEvery = 5 * kMicrosPerSecond;

template <class... Ts>
struct Visitor : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Visitor(Ts...) -> Visitor<Ts...>;

}  // namespace

void EngineCore::Do(const JobId& job, Entry& entry, const Effect& effect) {
  std::visit(Visitor{
                 [&](const ConnectEffect& e) { Open(job, entry, e); },
                 [&](const DisconnectEffect& e) {
                   if (const Link* link = LinkOf(entry, e.peer)) CloseLink(link->id());
                 },
                 [&](const WelcomeEffect& e) {
                   Frame frame;
                   frame.mutable_welcome()->set_engine_id(lease_.engine_id);
                   frame.mutable_welcome()->set_epoch(lease_.epoch);
                   if (!e.run.empty()) {
                     auto* resume = frame.mutable_welcome()->add_resume();
                     resume->set_run(e.run);
                     resume->set_after_seq(e.after_seq);
                     for (const auto& step : e.ended) *resume->add_ended() = step;
                   }
                   Send(entry, e.peer, frame);
                   TidyHost(entry, e.peer);
                 },
                 [&](const ConfirmGuardEffect& e) { ConfirmGuard(entry, e.peer, e.guard); },
                 [&](const RunEffect& e) { SendRun(job, entry, e); },
                 [&](const SecretsEffect& e) { SendSecrets(entry, e.peer, e.plan); },
                 [&](const AckEffect& e) {
                   Frame frame;
                   frame.mutable_ack()->set_run(e.run);
                   frame.mutable_ack()->set_seq(e.seq);
                   Send(entry, e.peer, frame);
                 },
                 [&](const CancelRunEffect& e) {
                   if (PE_MUTANT(lose_cancel) || Withdraw(entry, e)) return;
                   Frame frame;
                   frame.mutable_cancel_run()->set_run(e.run);
                   frame.mutable_cancel_run()->set_force(e.force);
                   frame.mutable_cancel_run()->set_epoch(lease_.epoch);
                   Send(entry, e.peer, frame);
                 },
                 [&](const ForgetEffect& e) {
                   Frame frame;
                   frame.mutable_forget_run()->set_run(e.run);
                   Send(entry, e.peer, frame);
                 },
                 [&](const ResourceEffect& e) { ApplyResourceEffect(e); },
             },
             effect);
}

void EngineCore::Open(const JobId& job, Entry& entry, const ConnectEffect& effect) {
  if (draining_) return;
  if (static_cast<int>(links_.size()) >= options_.max_connected_targets) {
    waiting_to_connect_.emplace_back(job, effect);
    return;
  }
  const uint64_t id = ++last_link_;
  auto link = std::make_shared<Link>(inbox_, static_cast<LinkListener*>(this), id, job, effect.peer, effect.resource);
  link->last_heard = clock_->Mono();
  links_[id] = link;
  entry.links[effect.peer.target] = id;
  if (next_link_check_ == 0) next_link_check_ = clock_->Mono() + kCheckEvery;

  const auto fail = [&](const std::string& message) { link->OnClosed(CloseReason{"UNSUPPORTED", message, "", false}); };
  const provision::v1::Resource* resource = inventory_.Find(effect.resource);
  if (resource == nullptr) return fail(absl::StrCat(effect.resource, " is not registered any more"));
  ConnectRequest request;
  auto address = ParseAddress(resource->address());
  if (!address.ok()) return fail(std::string(address.status().message()));
  request.address = *std::move(address);
  if (effect.host_side) request.address = Address{.transport = "local"};
  const std::string credential = resource->credential().empty() ? "default" : resource->credential();
  const auto found = options_.credentials.find(credential);
  if (found == options_.credentials.end())
    return fail(absl::StrCat("no credential '", credential, "' is configured any more"));
  request.credential = found->second;
  request.host_key = resource->host_key();
  const auto transport = transports_.find(request.address.transport);
  if (transport == transports_.end())
    return fail(absl::StrCat("this engine has no transport '", request.address.transport, "'"));
  link->connection = transport->second->Connect(request, link);
}

void EngineCore::OpenWaiting() {
  while (!waiting_to_connect_.empty() && static_cast<int>(links_.size()) < options_.max_connected_targets) {
    const auto [job, effect] = waiting_to_connect_.front();
    waiting_to_connect_.pop_front();
    if (Entry* entry = FindEntry(job)) Open(job, *entry, effect);
  }
}

// The machine has already turned away: what the link still says is not for it.
void EngineCore::CloseLink(uint64_t id) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  if (Entry* entry = FindEntry(found->second->job())) {
    const auto current = entry->links.find(found->second->target());
    if (current != entry->links.end() && current->second == id) entry->links.erase(current);
  }
  if (found->second->connection != nullptr) found->second->connection->Close();
}

// The link of exactly this connection; null when it has ended or a newer one has taken its place.
Link* EngineCore::LinkOf(const Entry& entry, Peer peer) const {
  const auto id = entry.links.find(peer.target);
  if (id == entry.links.end()) return nullptr;
  const auto link = links_.find(id->second);
  return link != links_.end() && link->second->number() == peer.connection ? link->second.get() : nullptr;
}

void EngineCore::Send(const Entry& entry, Peer peer, const Frame& frame) {
  const Link* link = LinkOf(entry, peer);
  // A connection that takes no more is closed; OnLinkClosed tells the machine, which connects again.
  if (link != nullptr && link->connection != nullptr && !link->connection->Send(frame)) link->connection->Close();
}

void EngineCore::SendSecrets(Entry& entry, Peer peer, const provision::agent::v1::Plan& plan) {
  if (entry.secrets.empty()) return;
  Frame frame;
  frame.mutable_secrets()->set_run(plan.run());
  for (int i = 0; i < plan.steps_size(); ++i) {
    if (!plan.steps(i).has_secrets()) continue;
    auto* body = frame.mutable_secrets()->add_bodies();
    body->set_position(i);
    *body->mutable_body() = ResolveSecrets(plan.steps(i).body(), entry.secrets);
  }
  for (const auto& [name, value] : entry.secrets) frame.mutable_secrets()->add_redact(value);
  Send(entry, peer, frame);
}

void EngineCore::ConfirmGuard(const Entry& entry, Peer peer, const provision::agent::v1::OpenGuard& guard) {
  Frame frame;
  frame.mutable_confirm_guard()->set_run(guard.run());
  frame.mutable_confirm_guard()->set_step(guard.step());
  frame.mutable_confirm_guard()->set_nonce(guard.nonce());
  Send(entry, peer, frame);
}

void EngineCore::TidyHost(Entry& entry, Peer peer) {
  Link* link = LinkOf(entry, peer);
  if (link == nullptr) return;
  // Nobody waits for them any more, but the host can be reached: it must not undo them under the job that is about to
  // run.
  for (const auto& guard : std::exchange(link->stale_guards, {})) ConfirmGuard(entry, peer, guard);
  for (const auto& run : std::exchange(link->stale_runs, {})) {
    if (!run.done()) Do(link->job(), entry, CancelRunEffect{peer, run.run(), true});
    Do(link->job(), entry, ForgetEffect{peer, run.run()});
  }
}

void EngineCore::OnLinkOpen(uint64_t id, const provision::agent::v1::Hello& hello, const std::string& host_key) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  Link& link = *found->second;
  link.open = true;
  link.last_heard = clock_->Mono();
  Entry* entry = FindEntry(link.job());
  if (entry == nullptr || !entry->links.contains(link.target()) || entry->links[link.target()] != id) {
    if (link.connection != nullptr) link.connection->Close();
    return;
  }
  (void)host_key;  // the transport has compared it with the pinned one
  for (const auto& run : hello.open_runs()) {
    const std::vector<std::string> parts = absl::StrSplit(run.run(), '/');
    const bool ours = hello.engine_id() == lease_.engine_id;
    if (!ours || parts.size() < 3 || FindEntry(JobId(parts[0])) != nullptr) continue;
    link.stale_runs.push_back(run);
    for (const auto& guard : hello.open_guards()) {
      if (guard.run() == run.run()) link.stale_guards.push_back(guard);
    }
  }
  if (!BeginSettling(*entry, link, hello)) Opened(*entry, link, hello);
}

EngineCore::Entry* EngineCore::EntryOf(uint64_t id, Link** link) {
  const auto found = links_.find(id);
  if (found == links_.end()) return nullptr;
  *link = found->second.get();
  Entry* entry = FindEntry((*link)->job());
  if (entry == nullptr) return nullptr;
  const auto current = entry->links.find((*link)->target());
  return current != entry->links.end() && current->second == id ? entry : nullptr;
}

void EngineCore::OnLinkFrame(uint64_t id, const Frame& frame) {
  Link* current = nullptr;
  Entry* entry = EntryOf(id, &current);
  if (current != nullptr) current->last_heard = clock_->Mono();
  if (entry == nullptr) return;
  Link& link = *current;
  JobMachine& machine = *entry->machine;
  switch (frame.kind_case()) {
    case Frame::kReport:
      if (const auto stale = link.settling.find(frame.report().run()); stale != link.settling.end())
        return OnSettling(link, stale->second, frame.report());
      machine.OnReport(link.target(), frame.report(), now());
      break;
    case Frame::kRefused:
      if (link.settling.contains(frame.refused().run())) return Settled(id, frame.refused().run());
      machine.OnRefused(link.target(), frame.refused(), now());
      break;
    case Frame::kSecretsNeeded:
      machine.OnSecretsNeeded(link.target(), now());
      break;
    case Frame::kBlobDone:
      if (!frame.blob_done().error().empty()) {
        machine.OnTargetError(link.target(), "BLOB_REFUSED",
                              absl::StrCat("the agent refused a part of the plan: ", frame.blob_done().error()), now());
      }
      break;
    case Frame::kPing: {
      Frame pong;
      pong.mutable_pong()->set_nonce(frame.ping().nonce());
      Send(*entry, link.peer(), pong);
      return;
    }
    case Frame::kPong:
      if (link.delivery != nullptr && link.delivery->OnPong(frame.pong().nonce())) Deliver(*entry, link);
      return;
    default:
      return;
  }
  Mark(link.job());
}

void EngineCore::OnLinkClosed(uint64_t id, const CloseReason& reason) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  const std::shared_ptr<Link> link = found->second;
  links_.erase(found);
  Entry* entry = FindEntry(link->job());
  if (entry != nullptr && entry->links.contains(link->target()) && entry->links[link->target()] == id && !draining_) {
    entry->links.erase(link->target());
    CloseReason told = reason;
    // We close a connection that takes no more, or is silent, without having told the machine: it is a lost one to it.
    if (told.code.empty()) told = {"CONNECTION_LOST", "the connection was closed", "", true};
    entry->machine->OnClosed(link->target(), told, now());
    Mark(link->job());
  }
  OpenWaiting();
}

void EngineCore::CheckLinks() {
  const MonoMicros at = clock_->Mono();
  next_link_check_ = at + kCheckEvery;
  for (const auto& [id, link] : links_) {
    if (!link->open || link->connection == nullptr) continue;
    if (at - link->last_heard >= kDeadAfter) {
      link->connection->Close();
    } else if (at - link->last_heard >= kPingEvery && at - link->last_ping >= kPingEvery) {
      link->last_ping = at;
      Frame ping;
      ping.mutable_ping()->set_nonce(at);
      if (!link->connection->Send(ping)) link->connection->Close();
    }
  }
}

}  // namespace pe
