#include "tests/simulation/sim_worker.h"

#include <algorithm>

#include "base/status.h"
#include "tests/simulation/sim_host.h"
#include "tests/simulation/sim_wire.h"

namespace pe::sim {

std::shared_ptr<SimWorker> SimWorker::Start(SimHost& host, SimEnv& env) {
  std::shared_ptr<SimWorker> worker(new SimWorker(host, env));
  // Dead at once, gone later: what is on the stack now still uses it.
  worker->life_.on_death = [weak = std::weak_ptr(worker), &host, &env] {
    env.clock.At(0, [worker = weak.lock(), &host] {
      for (Connection& connection : worker->connections_) connection.wire->Break();
      worker->connections_.clear();
      host.OnWorkerGone(worker.get());
    });
  };
  std::vector<std::string> warnings;
  const absl::Status loaded = worker->agent_.Load(&warnings);
  if (!loaded.ok()) env.wrong(std::string(loaded.message()));
  for (const std::string& warning : warnings) env.wrong(warning);
  return worker;
}

SimWorker::SimWorker(SimHost& host, SimEnv& env)
    : host_(host),
      env_(env),
      store_(host.disk(), life_, env.faults),
      boot_guard_(host.disk(), life_),
      boot_(std::to_string(host.boot())),
      agent_({.digest = "d",
              .version = "v",
              .gather_facts = [&host] { return host.MakeFacts(); },
              .host = {.executor = *this,
                       .store = store_,
                       .clock = env.clock,
                       .find_type = FindSimStep,
                       .wake = [this] { Wake(); },
                       .boot = boot_,
                       .boot_guard = &boot_guard_},
              .blobs = blobs_}) {}

SimWorker::~SimWorker() = default;

void SimWorker::Accept(const std::shared_ptr<SimWire>& wire) {
  connections_.emplace_back(agent_, wire);
  Wake();
}

void SimWorker::Receive(const SimWire* wire, absl::string_view bytes) {
  if (life_.dead) return;
  const auto found =
      std::find_if(connections_.begin(), connections_.end(), [&](const Connection& c) { return c.wire.get() == wire; });
  if (found == connections_.end()) return;
  const auto owner = [&] { return std::pair(found->session.engine_id(), found->session.epoch()); };
  const auto before = owner();
  if (!found->session.OnBytes(bytes).ok()) env_.wrong("the agent does not understand the engine");
  if (owner() != before) DropSuperseded(*found);
  Wake();
}

// As Loop::DropSuperseded: who is not the newest owner has lost this host.
void SimWorker::DropSuperseded(const Connection& newest) {
  for (auto it = connections_.begin(); it != connections_.end();) {
    const agent::Session& session = it->session;
    const bool superseded = !session.engine_id().empty() && (session.engine_id() != newest.session.engine_id() ||
                                                             session.epoch() != newest.session.epoch());
    if (superseded) it->wire->Break();
    it = superseded ? connections_.erase(it) : std::next(it);
  }
}

void SimWorker::Drop(const SimWire* wire) {
  connections_.remove_if([&](const Connection& c) { return c.wire.get() == wire; });
  EndWhenIdle();
}

// A worker with nobody to serve and nothing to do ends by itself; its journal stays.
void SimWorker::EndWhenIdle() {
  env_.clock.At(5 * kMicrosPerSecond, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self != nullptr && !self->life_.dead && self->connections_.empty() && !self->agent_.busy()) self->Die();
  });
}

void SimWorker::Wake() {
  if (std::exchange(woken_, true)) return;
  env_.clock.At(0, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Service();
  });
}

void SimWorker::Service() {
  woken_ = false;
  if (life_.dead) return;
  const MonoMicros next = agent_.Tick();
  for (Connection& connection : connections_) Send(connection);
  if (next == 0 || (timer_ != 0 && timer_ <= next)) return;
  timer_ = next;
  env_.clock.At(std::max<int64_t>(1, next - env_.clock.Mono()), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->timer_ = 0;
    self->Service();
  });
}

void SimWorker::Send(Connection& connection) {
  std::string& out = connection.session.out();
  for (connection.session.Pump(); !out.empty() && !life_.dead; connection.session.Pump()) {
    connection.sent.Append(std::exchange(out, ""));
    absl::string_view message;
    for (auto more = connection.sent.Next(&message); more.ok() && *more; more = connection.sent.Next(&message)) {
      provision::agent::v1::Frame frame;
      frame.ParseFromArray(message.data(), static_cast<int>(message.size()));
      connection.wire->ToEngine(std::move(frame));
    }
  }
}

void SimWorker::Start(std::shared_ptr<agent::Attempt> attempt, std::function<void(agent::AttemptEnd)> done) {
  env_.clock.At(env_.Within(20'000), [self = shared_from_this(), attempt, done = std::move(done)] {
    if (self->life_.dead) return;
    const agent::StepHost host{.files = self->files_,
                               .processes = *self,
                               .clock = self->env_.clock,
                               .blobs = self->blobs_,
                               .boot = self->boot_,
                               .find_type = FindSimStep};
    const agent::AttemptEnd end = agent::RunAttempt(*attempt, host);
    self->env_.clock.At(self->env_.Within(5000), [self, end, done] {
      if (!self->life_.dead) done(end);
    });
  });
}

absl::Status SimWorker::Before(const agent::CancelToken& cancel) {
  if (life_.dead) return Killed();
  if (env_.faults.Hit("worker killed before an effect", 60)) {
    life_.Die();
    return Killed();
  }
  env_.sleep(env_.Within(300'000));
  if (life_.dead) return Killed();
  if (cancel.set()) {
    ++host_.interrupted;
    return absl::CancelledError("interrupted");
  }
  if (env_.faults.Hit("step failed", 60)) return agent::StepError(absl::StatusCode::kInternal, "SIM", "it failed");
  return absl::OkStatus();
}

absl::Status SimWorker::Effect(const std::string& token) {
  ++host_.effects[token];
  env_.faults.Trace(token, env_.clock.Mono());
  env_.on_effect(host_.name(), token);
  if (host_.cut_off()) env_.faults.Met("host cut off by a step");
  if (env_.faults.Hit("worker killed between effect and result", 40)) life_.Die();
  if (env_.faults.Hit("host rebooted between effect and result", 60)) host_.Reboot();
  return life_.dead ? Killed() : absl::OkStatus();
}

SimDisk& SimWorker::disk() { return host_.disk(); }

}  // namespace pe::sim
