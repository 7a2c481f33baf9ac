#include "tests/simulation/sim_world.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/engine/fold.h"
#include "server/engine/transitions.h"

namespace pe::sim {
namespace {

using provision::v1::Job;

constexpr int kHosts = 5;
constexpr int kJobs = 8;
constexpr int64_t kFaultTime = 40 * kMicrosPerSecond;
// A host that stays away is given up after 10 minutes; nothing takes longer once faults have ended.
constexpr int64_t kHealTime = 3600 * kMicrosPerSecond;

}  // namespace

SimWorld::SimWorld(uint64_t seed, SeededBug bug)
    : faults_(seed),
      bug_(bug),
      random_(seed ^ 0x5eed),
      store_(MemoryStoreOptions{.manual = true}),
      network_(&clock_, &faults_, bug) {
  StartEngine();
}

SimWorld::~SimWorld() = default;

void SimWorld::StartEngine() {
  EngineParts parts{
      .store = &store_, .clock = &clock_, .random = &random_, .hub = &hub_, .transports = {{"ssh", &network_}}};
  EngineOptions options;
  options.credentials["default"] = Credential{.name = "default"};
  options.secret_key = std::string(32, 'k');
  options.max_running_jobs = 6;
  options.max_connected_targets = 8;
  core_ = std::make_unique<EngineCore>(parts, options);
  const absl::Status loaded = core_->Load();
  if (!loaded.ok()) Wrong(absl::StrCat("the engine does not load: ", std::string(loaded.message())));
}

void SimWorld::PumpStore() {
  if (store_.pending() == 0) return;
  auto outcome = MemoryStore::Outcome::kCommitted;
  if (faults_.Hit("commit refused: no space", 150)) outcome = MemoryStore::Outcome::kNoSpace;
  if (faults_.Hit("commit unknown: lost", 150)) outcome = MemoryStore::Outcome::kUnknownLost;
  if (faults_.Hit("commit unknown: applied", 150)) outcome = MemoryStore::Outcome::kUnknownApplied;
  store_.Pump(outcome, 1 + faults_.Draw(4));
}

void SimWorld::SubmitJob(int number) {
  const std::string request_id = absl::StrCat("r", number);
  provision::v1::ProvisionRequest request;
  request.set_request_id(request_id);
  request.mutable_spec()->set_name("svc");
  for (int i = 0, n = 1 + number % 4; i < n; ++i) {
    auto* step = request.mutable_spec()->add_steps();
    step->set_id(absl::StrCat("s", i));
    step->mutable_file()->set_path(absl::StrCat("/f", i));
    step->mutable_file()->set_content("x");
  }
  request.set_parallelism(number % 3);
  std::set<uint64_t> hosts;
  for (int i = 0, n = 1 + number % 3; i < n; ++i) hosts.insert((number + i * 2) % kHosts);
  for (const uint64_t host : hosts)
    request.add_targets()->mutable_inline_()->set_address(absl::StrCat("ssh://root@h", host));
  core_->Provision(request, "sim", [this, request_id](absl::StatusOr<Job> job) {
    if (!job.ok()) return;
    const JobId id(job->name().substr(5));
    const auto [at, fresh] = by_request_.emplace(request_id, id);
    if (!fresh && at->second != id) Wrong(absl::StrCat("request ", request_id, " made two jobs"));
    if (acknowledged_.insert(id).second) hub_.Subscribe(id, this);
  });
}

void SimWorld::CancelSomething() {
  if (acknowledged_.empty()) return;
  auto at = acknowledged_.begin();
  std::advance(at, faults_.Draw(acknowledged_.size()));
  provision::v1::CancelRequest request;
  request.set_name(absl::StrCat("jobs/", at->str()));
  core_->Cancel(request, "sim", [](absl::StatusOr<Job>) {});
}

// A live watcher sees every sequence once and in order. It may join late, and a new engine publishes only what is new.
void SimWorld::OnBatch(std::shared_ptr<const EventBatch> batch) {
  int64_t& seen = watched_[batch->job];
  if (bug_ == SeededBug::kDropEvent && batch->from_seq == 4) return;
  if (seen != 0 && batch->from_seq != seen + 1) {
    // What was committed although the engine was told otherwise, or died before it could publish, is read from the
    // store.
    const auto page = store_.ReadEvents(batch->job, seen, 1000);
    const bool excused =
        faults_.coverage().contains("engine killed") || faults_.coverage().contains("commit unknown: applied");
    if (batch->from_seq <= seen || !excused || !page.ok())
      Wrong(absl::StrCat("job ", batch->job.str(), " jumps from ", seen, " to ", batch->from_seq));
  }
  int64_t next = batch->from_seq;
  for (const auto& event : batch->events) {
    if (event.seq() != next++) Wrong("a batch has a hole");
  }
  if (next != batch->through_seq + 1) Wrong("a batch does not cover its range");
  seen = batch->through_seq;
}

void SimWorld::Turn() {
  const bool did = core_->RunOnce();
  PumpStore();
  const std::optional<MonoMicros> event = clock_.Next(), timer = core_->NextTimer();
  // Time passes only when nothing is left to do now; usually, because a commit also may take its time.
  if ((did || store_.pending() > 0 || core_->HasWork()) && faults_.Draw(20) != 0) return;
  if (event && (!timer || *event <= *timer)) {
    clock_.RunNext();
  } else if (timer) {
    clock_.AdvanceTo(*timer);
  }
}

std::vector<std::string> SimWorld::Run() {
  for (int i = 0; i < kJobs; ++i) {
    const int64_t when = static_cast<int64_t>(faults_.Draw(20 * kMicrosPerSecond));
    for (int copies = 1 + static_cast<int>(faults_.Draw(3)); copies > 0; --copies) {
      clock_.At(when + static_cast<int64_t>(faults_.Draw(3 * kMicrosPerSecond)), [this, i] { SubmitJob(i); });
    }
  }
  for (int i = 0; i < 3; ++i) clock_.At(static_cast<int64_t>(faults_.Draw(kFaultTime)), [this] { CancelSomething(); });
  clock_.At(kFaultTime, [] {});
  const MonoMicros heal = clock_.Mono() + kFaultTime;
  while (clock_.Mono() < heal && wrong_.empty()) {
    Turn();
    if (faults_.Hit("engine killed", 700)) {
      network_.EngineDied();
      core_.reset();
      store_.Crash(faults_.Draw(2));
      StartEngine();
    }
    if (faults_.Hit("clock jump", 900))
      clock_.JumpWall(static_cast<int64_t>(faults_.Draw(7200) - 3600) * kMicrosPerSecond);
    if (faults_.Hit("host rebooted", 900)) network_.host(absl::StrCat("h", faults_.Draw(kHosts))).Reboot();
  }
  faults_.Heal();
  for (int64_t t = 0; t <= kHealTime; t += 10 * kMicrosPerSecond)
    clock_.At(t, [] {});  // no leap over what is about to arrive
  for (const MonoMicros limit = clock_.Mono() + kHealTime; clock_.Mono() < limit && wrong_.empty();) {
    Turn();
    if (store_.pending() == 0 && core_->unfinished() == 0 && core_->connections() == 0 && AllEnded()) break;
  }
  Check();
  return wrong_;
}

bool SimWorld::AllEnded() {
  for (const JobId& id : acknowledged_) {
    const auto job = store_.GetJob(id, JobDetail::kSummary);
    if (!job.ok() || !IsTerminal(job->state())) return false;
  }
  return true;
}

void SimWorld::Check() {
  for (const JobId& id : acknowledged_) CheckJob(id);
  for (const auto& [name, host] : network_.hosts()) {
    if (host->overlapped()) Wrong(absl::StrCat("two jobs worked on ", name, " at the same time"));
    for (const auto& [effect, times] : host->effects()) {
      if (times != 1) Wrong(absl::StrCat("effect '", effect, "' on ", name, " happened ", times, " times"));
    }
  }
  for (const JobId& id : acknowledged_) hub_.Unsubscribe(id, this);
}

void SimWorld::CheckJob(const JobId& id) {
  const auto stored = store_.GetJob(id, JobDetail::kFull);
  if (!stored.ok())
    return Wrong(absl::StrCat("acknowledged job ", id.str(), " is lost: ", std::string(stored.status().message())));
  if (!IsTerminal(stored->state()))
    Wrong(absl::StrCat("job ", id.str(), " never ended: ", Job::State_Name(stored->state()), " ", stored->reason()));
  Job folded;
  for (int64_t after = 0;;) {
    const auto page = store_.ReadEvents(id, after, 1000);
    if (!page.ok() || page->events.empty()) break;
    for (const auto& event : page->events) {
      const absl::Status status = Fold(event, &folded);
      if (!status.ok()) return Wrong(absl::StrCat("job ", id.str(), ": ", std::string(status.message())));
    }
    after = page->events.back().seq();
  }
  if (folded.DebugString() != stored->DebugString())
    Wrong(absl::StrCat("job ", id.str(), ": its log does not fold to its stored state"));
  for (int t = 0; t < stored->targets_size(); ++t) {
    const auto& target = stored->targets(t);
    if (target.state() != Job::SUCCEEDED) continue;
    const std::string host = target.address().substr(target.address().find("@h") + 1, 2);
    for (const auto& step : target.steps()) {
      const std::string key = absl::StrCat(id.str(), "/", t, "/0 ", step.id());
      if (!network_.host(host).effects().contains(key))
        Wrong(absl::StrCat("step ", key, " is said to have succeeded and had no effect"));
    }
  }
}

}  // namespace pe::sim
