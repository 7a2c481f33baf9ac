#include "tests/simulation/sim_world.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/engine/transitions.h"
#include "tests/simulation/sim_requests.h"

namespace pe::sim {
namespace {

using provision::v1::Job;

constexpr int kJobs = 5;
constexpr int64_t kFaultTime = 30 * kMicrosPerSecond;
constexpr int64_t kLongestPartition = 100 * kMicrosPerSecond;
// A host that stays away is given up after 10 minutes; nothing takes longer once faults have ended.
constexpr int64_t kHealTime = 3600 * kMicrosPerSecond;

}  // namespace

SimWorld::SimWorld(uint64_t seed)
    : seed_(seed), env_(seed), random_(seed ^ 0x5eed), store_(MemoryStoreOptions{.manual = true}) {
  env_.sleep = [this](int64_t micros) { Sleep(micros); };
  env_.on_effect = [this](const std::string& host, const std::string& token) { OnEffect(host, token); };
  env_.on_run = [this](const std::string& run) { OnRun(run); };
  env_.on_guard = [this](const std::string& host) { OnGuard(Host(host)); };
  env_.wrong = [this](std::string what) { wrong_.push_back(std::move(what)); };
  for (int i = 0; i < kHosts; ++i) Host(absl::StrCat("h", i));
  StartEngine();
}

SimWorld::~SimWorld() {
  watches_.clear();
  old_.reset();
  engine_.reset();
}

SimHost& SimWorld::Host(const std::string& name) {
  auto& host = hosts_[name];
  if (host == nullptr) host = std::make_unique<SimHost>(name, env_);
  return *host;
}

void SimWorld::StartEngine() {
  ++epoch_;
  engine_ =
      std::make_unique<SimEngine>(env_, store_, random_, [this](const std::string& n) -> SimHost& { return Host(n); });
  for (auto& [job, watch] : watches_) watch->Join(&engine_->hub);
}

void SimWorld::KillEngine(size_t landed) {
  for (auto& [job, watch] : watches_) watch->Leave();
  engine_.reset();
  store_.Crash(landed);
  StartEngine();
}

// The engine stands still until another has taken its lease, then goes on as if nothing had been.
void SimWorld::FailOver() {
  for (auto& [job, watch] : watches_) watch->Leave();
  old_ = std::move(engine_);
  old_->paused_until = env_.clock.Mono() + env_.Within(12 * kMicrosPerSecond);
  const absl::Status over = store_.ReleaseLease({.engine_id = "memory-engine", .epoch = epoch_});
  if (!over.ok()) env_.wrong(std::string(over.message()));
  StartEngine();
}

void SimWorld::PumpStore() {
  if (store_.pending() == 0 || Stalled()) return;
  if (env_.faults.Hit("commit takes long", 300)) {
    const int64_t takes = env_.Within(4 * kMicrosPerSecond);
    stalled_until_ = env_.clock.Mono() + takes;
    env_.clock.At(takes, [] {});
    return;
  }
  if (env_.faults.Hit("engine killed before a commit", 500)) return KillEngine(0);
  auto outcome = MemoryStore::Outcome::kCommitted;
  if (env_.faults.Hit("commit refused: no space", 150)) outcome = MemoryStore::Outcome::kNoSpace;
  if (env_.faults.Hit("commit unknown: lost", 150)) outcome = MemoryStore::Outcome::kUnknownLost;
  if (env_.faults.Hit("commit unknown: applied", 150)) outcome = MemoryStore::Outcome::kUnknownApplied;
  if (outcome != MemoryStore::Outcome::kCommitted) {
    refused_at_ = env_.clock.Mono();
    for (auto& [job, watch] : watches_) watch->ExcuseGap();
  }
  store_.Pump(outcome, 1 + env_.faults.Draw(4));
  if (outcome != MemoryStore::Outcome::kCommitted) return;
  if (env_.faults.Hit("engine killed between commit and effects", 400)) return KillEngine(0);
  if (old_ == nullptr && env_.faults.Hit("engine paused beyond its lease", 400)) FailOver();
}

void SimWorld::Misfortune() {
  Faults& faults = env_.faults;
  const auto any_host = [&]() -> SimHost& { return Host(absl::StrCat("h", faults.Draw(kHosts))); };
  if (faults.Hit("engine killed", 900)) KillEngine(faults.Draw(2));
  if (faults.Hit("clock jump", 900)) env_.clock.JumpWall((env_.Within(7200) - 3600) * kMicrosPerSecond);
  if (faults.Hit("host rebooted", 900)) any_host().Reboot();
  if (faults.Hit("worker killed", 700)) any_host().KillWorker();
  if (faults.Hit("partition", 900)) any_host().PartitionFor(env_.Within(40 * kMicrosPerSecond));
  if (old_ != nullptr && old_->paused_until + 20 * kMicrosPerSecond < env_.clock.Mono()) old_.reset();
}

void SimWorld::Turn() {
  bool busy = engine_->core->RunOnce();
  if (old_ != nullptr && env_.clock.Mono() >= old_->paused_until) busy |= old_->core->RunOnce();
  PumpStore();
  EngineCore& core = *engine_->core;
  const std::optional<MonoMicros> event = env_.clock.Next(), timer = core.NextTimer();
  // Time passes only when nothing is left to do now; usually, because a commit also may take its time.
  if (!(busy || (store_.pending() > 0 && !Stalled()) || core.HasWork()) || env_.faults.Draw(20) == 0) {
    if (event && (!timer || *event <= *timer)) {
      env_.clock.RunNext();
    } else if (timer) {
      env_.clock.AdvanceTo(*timer);
    }
  }
  if (env_.faults.on()) Misfortune();
}

// One step at a time sees the world go on within it; those that begin meanwhile are quick. It is a stack, after all.
void SimWorld::Sleep(int64_t micros) {
  if (depth_ > 0) return;
  ++depth_;
  const MonoMicros until = env_.clock.Mono() + micros;
  env_.clock.At(micros, [] {});
  while (env_.clock.Mono() < until && wrong_.empty()) Turn();
  --depth_;
}

void SimWorld::Submit(const provision::v1::ProvisionRequest& request) {
  engine_->core->Provision(request, "sim", [this, id = request.request_id()](absl::StatusOr<Job> job) {
    if (job.ok()) OnJob(id, *job);
  });
}

void SimWorld::OnJob(const std::string& request_id, const Job& job) {
  const JobId id(job.name().substr(5));
  const auto [at, fresh] = by_request_.emplace(request_id, id);
  if (!fresh && at->second != id) env_.wrong(absl::StrCat("request ", request_id, " made two jobs"));
  auto& watch = watches_[id];
  if (watch != nullptr) return;
  watch = std::make_unique<SimWatch>(env_, store_, id);
  watch->Join(&engine_->hub);
  if (env_.clock.Mono() < refused_at_ + 3 * kMicrosPerSecond) watch->ExcuseGap();
}

std::optional<JobId> SimWorld::AnyJob() {
  if (by_request_.empty()) return std::nullopt;
  return std::next(by_request_.begin(), static_cast<int64_t>(env_.faults.Draw(by_request_.size())))->second;
}

void SimWorld::CancelSomething() {
  const std::optional<JobId> job = AnyJob();
  if (!job) return;
  provision::v1::CancelRequest request;
  request.set_name(absl::StrCat("jobs/", job->str()));
  request.set_force(env_.faults.Draw(2) == 0);
  engine_->core->Cancel(request, "sim", [](absl::StatusOr<Job>) {});
}

// Who pauses a job lets it go on later, and so does somebody when it has paused by itself.
void SimWorld::PauseSomething() {
  const std::optional<JobId> job = AnyJob();
  if (!job) return;
  provision::v1::PauseRequest request;
  request.set_name(absl::StrCat("jobs/", job->str()));
  engine_->core->Pause(request, "sim", [this](absl::StatusOr<Job> paused) {
    if (paused.ok() && paused->pause_requested() && !IsTerminal(paused->state())) env_.faults.Met("job paused");
  });
}

void SimWorld::ResumeAll() {
  // Also jobs whose acceptance no client has heard of.
  const auto page = store_.ListJobs({}, "", 100);
  for (const Job& job : page.ok() ? page->items : std::vector<Job>()) {
    if (IsTerminal(job.state())) continue;
    provision::v1::ResumeRequest request;
    request.set_name(job.name());
    engine_->core->Resume(request, "sim", [](absl::StatusOr<Job>) {});
  }
}

void SimWorld::Decide() {
  const auto page = store_.ListJobs({}, "", 100);
  for (const Job& job : page.ok() ? page->items : std::vector<Job>()) {
    if (job.state() != Job::AWAITING_APPROVAL || env_.faults.Draw(3) == 0) continue;
    provision::v1::ApproveRequest decision;
    decision.set_name(job.name());
    const bool rejected = job.service() != "sweep" && env_.faults.Draw(4) == 0;
    decision.set_decision(rejected ? provision::v1::Approval::REJECTED : provision::v1::Approval::APPROVED);
    for (uint64_t times = 1 + env_.faults.Draw(2); times > 0; --times) {
      engine_->core->Approve(decision, "sim", [this, rejected](absl::StatusOr<Job> job) {
        if (job.ok()) env_.faults.Met(rejected ? "job rejected" : "job approved");
      });
    }
  }
}

void SimWorld::RollBackSomething(int number) {
  const std::optional<JobId> job = AnyJob();
  if (!job) return;
  provision::v1::RollbackRequest request;
  request.set_name(absl::StrCat("jobs/", job->str()));
  request.set_request_id(absl::StrCat("rollback", number));
  engine_->core->Rollback(request, "sim", [this, id = request.request_id()](absl::StatusOr<Job> made) {
    if (made.ok()) OnJob(id, *made);
  });
}

// What may go wrong anywhere does so more often here.
void SimWorld::OnGuard(SimHost& host) {
  Faults& faults = env_.faults;
  const auto soon = [this](std::function<void()> what) { env_.clock.At(env_.Within(2 * kMicrosPerSecond), what); };
  if (faults.Hit("partition while a guarded step waits", 8)) host.PartitionFor(env_.Within(kLongestPartition));
  if (faults.Hit("worker killed while a guarded step waits", 8)) soon([&host] { host.KillWorker(); });
  if (faults.Hit("host rebooted while a guarded step waits", 8)) soon([&host] { host.Reboot(); });
  if (faults.Hit("engine killed while a guarded step waits", 8)) soon([this] { KillEngine(env_.faults.Draw(2)); });
}

bool SimWorld::Open(const JobId& job) {
  const auto stored = store_.GetJob(job, JobDetail::kSummary);
  return stored.ok() && !IsTerminal(stored->state());
}

// Write, then act.
void SimWorld::OnRun(const std::string& run) {
  const std::vector<std::string> parts = absl::StrSplit(run, '/');
  const auto stored = store_.GetJob(JobId(parts[0]), JobDetail::kFull);
  const int target = std::stoi(parts[1]);
  if (!stored.ok() || target >= stored->targets_size() || stored->targets(target).steps().empty())
    env_.wrong(absl::StrCat("run ", run, " was sent before its plan was stored"));
}

void SimWorld::OnEffect(const std::string& host, const std::string& token) {
  const auto found = by_request_.find(token.substr(0, token.find('-')));
  if (found == by_request_.end()) return;
  const auto job = store_.GetJob(found->second, JobDetail::kSummary);
  if (job.ok() && job->has_approval() && job->approval().decision() != provision::v1::Approval::APPROVED)
    env_.wrong(absl::StrCat("job ", found->second.str(), " works on ", host, " and nobody has approved it"));
  const auto [at, fresh] = last_effect_.emplace(host, found->second);
  if (!fresh && at->second != found->second && Open(at->second) && Open(found->second))
    env_.wrong(absl::StrCat("two open jobs work on ", host));
  at->second = found->second;
}

void SimWorld::Plan() {
  for (int i = 0; i < kJobs; ++i) {
    const int64_t when = env_.Within(15 * kMicrosPerSecond);
    for (uint64_t copies = 1 + env_.faults.Draw(3); copies > 0; --copies)
      env_.clock.At(when + env_.Within(3 * kMicrosPerSecond), [this, i] { Submit(MakeRequest(seed_, i)); });
  }
  for (int i = 0; i < 2; ++i) env_.clock.At(env_.Within(kFaultTime), [this] { CancelSomething(); });
  for (int i = 0; i < 4; ++i) env_.clock.At(env_.Within(kFaultTime), [this] { Decide(); });
  env_.clock.At(20 * kMicrosPerSecond + env_.Within(20 * kMicrosPerSecond), [this] { RollBackSomething(1); });
  for (int i = 0; i < 2; ++i) env_.clock.At(env_.Within(kFaultTime), [this] { PauseSomething(); });
  env_.clock.At(env_.Within(kFaultTime), [this] { ResumeAll(); });
  // Calls are lost with their engine: asked for again until nobody waits.
  for (int64_t at = kFaultTime; at < kHealTime; at += 60 * kMicrosPerSecond) env_.clock.At(at, [this] { ResumeAll(); });
  env_.clock.At(kFaultTime, [] {});
}

std::vector<std::string> SimWorld::Run() {
  Plan();
  const MonoMicros heal = env_.clock.Mono() + kFaultTime;
  while (env_.clock.Mono() < heal && wrong_.empty()) Turn();
  env_.faults.Heal();
  RunUntilQuiet(heal + 15 * kMicrosPerSecond);
  Sweep();
  const auto wrong = [this](std::string what) { env_.wrong(std::move(what)); };
  for (auto& [id, watch] : watches_) watch->CatchUp(INT64_MAX);
  const Later later = RunLater(store_);
  const auto met = [this](const char* name) { env_.faults.Met(name); };
  for (const auto& [request, id] : by_request_) CheckJob(store_, id, request, hosts_, later, met, wrong);
  for (const auto& [name, host] : hosts_) CheckHost(*host, later, wrong);
  CheckOwed(store_, by_request_, hosts_, met, wrong);
  return wrong_;
}

void SimWorld::RunUntilQuiet(MonoMicros at_least) {
  for (int64_t t = 0; t <= kHealTime; t += 20 * kMicrosPerSecond)
    env_.clock.At(t, [this] { Decide(); });  // and no leap over what is about to arrive
  for (const MonoMicros limit = env_.clock.Mono() + kHealTime; env_.clock.Mono() < limit && wrong_.empty();) {
    Turn();
    if (env_.clock.Mono() > at_least && store_.pending() == 0 && engine_->core->unfinished() == 0 &&
        engine_->core->connections() == 0 && AllEnded() && NobodyWaits())
      break;
  }
}

// What is owed to a host is brought by the next job that comes; when the last partition has passed.
void SimWorld::Sweep() {
  RunUntilQuiet(env_.clock.Mono() + kLongestPartition);
  for (int i = 0; i < kHosts; ++i) Submit(SweepRequest(kJobs + i, i));
  RunUntilQuiet(env_.clock.Mono());
  for (int i = 0; i < kHosts && wrong_.empty(); ++i) {
    if (!by_request_.contains(absl::StrCat("r", kJobs + i))) env_.wrong(absl::StrCat("h", i, " takes no job any more"));
  }
}

// For a confirmation that nobody will give.
bool SimWorld::NobodyWaits() {
  return std::none_of(hosts_.begin(), hosts_.end(), [](const auto& host) { return host.second->disk().guarded; });
}

bool SimWorld::AllEnded() {
  return std::none_of(watches_.begin(), watches_.end(), [this](const auto& watch) { return Open(watch.first); });
}

}  // namespace pe::sim
