// EngineCore: the loop, commits and loading.
#include "server/engine/engine_core.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/mutant.h"
#include "base/status.h"
#include "server/engine/errors.h"
#include "server/engine/fold.h"
#include "server/engine/transitions.h"

namespace pe {
namespace {

// Two batches in flight keep the store's writer busy without building a queue behind it: what arrives meanwhile is
// gathered by the machines and becomes the next batch.
constexpr int kMaxBatchesInFlight = 2;
constexpr int64_t kReloadPause = kMicrosPerSecond;
constexpr int kLoadPage = 500;

}  // namespace

EngineCore::EngineCore(const EngineParts& parts, EngineOptions options)
    : store_(parts.store),
      clock_(parts.clock),
      random_(parts.random),
      hub_(parts.hub),
      transports_(parts.transports),
      blobs_(parts.blobs),
      observer_(parts.observer),
      options_(std::move(options)),
      box_(options_.secret_key),
      inbox_(std::make_shared<Inbox>()) {}

EngineCore::~EngineCore() = default;

absl::Status EngineCore::Load() {
  // A local lease ends with the process (flock); the duration matters to backends that machines share.
  PE_ASSIGN_OR_RETURN(lease_, store_->AcquireLease(clock_->Wall(), 30 * kMicrosPerSecond));
  return LoadJobs();
}

absl::Status EngineCore::LoadJobs() {
  inventory_.Clear();
  for (std::string after;;) {
    PE_ASSIGN_OR_RETURN(auto page, store_->ListResources({}, after, kLoadPage));
    for (const auto& resource : page.items) inventory_.Put(resource);
    if (page.next.empty()) break;
    after = page.next;
  }
  environments_.clear();
  for (std::string after;;) {
    PE_ASSIGN_OR_RETURN(auto page, store_->ListEnvironments(after, kLoadPage));
    for (const auto& environment : page.items) environments_[environment.name()] = environment;
    if (page.next.empty()) break;
    after = page.next;
  }
  PE_ASSIGN_OR_RETURN(last_admission_, store_->MaxAdmission());
  for (std::string after;;) {
    PE_ASSIGN_OR_RETURN(auto page, store_->ListUnfinished(after, kLoadPage));
    for (UnfinishedJob& loaded : page.items) {
      Entry entry;
      for (const PrivateRow& row : loaded.private_rows) {
        if (row.key != "secrets") continue;
        PE_ASSIGN_OR_RETURN(entry.secrets, box_.Unseal(row.value));
      }
      entry.machine = std::make_unique<JobMachine>(std::move(loaded.job), loaded.private_rows, MachineLimits());
      entry.admitted = true;
      const JobId id = entry.machine->id();
      jobs_.emplace(id, std::move(entry));
    }
    if (page.next.empty()) break;
    after = page.next;
  }
  for (auto& [id, entry] : jobs_) {
    if (entry.machine->AwaitsApproval()) {
      entry.machine->AwaitApproval(now());  // its deadline goes on
      Mark(id);
    } else {
      Admit(id, entry);
    }
  }
  BeginWaiting();
  return absl::OkStatus();
}

absl::Status EngineCore::Ready() const {
  if (draining_) return Draining();
  if (lease_lost_) return absl::UnavailableError("another engine has taken over this database");
  if (failed_) return StoreDetached(failure_);
  return absl::OkStatus();
}

bool EngineCore::RunOnce() {
  std::vector<std::function<void()>> closures = inbox_->Take();
  for (std::function<void()>& closure : closures) {
    closure();
    closure = nullptr;
  }
  RunTimers();
  Flush();
  return !closures.empty();
}

void EngineCore::WaitForWork(std::optional<int64_t> at_most) {
  if (const std::optional<MonoMicros> next = NextTimer()) {
    const int64_t until = std::max<int64_t>(0, *next - clock_->Mono());
    at_most = at_most ? std::min(*at_most, until) : until;
  }
  inbox_->Wait(at_most);
}

std::optional<MonoMicros> EngineCore::NextTimer() const {
  std::optional<MonoMicros> next;
  const auto consider = [&](MonoMicros at) { next = next ? std::min(*next, at) : at; };
  if (!timers_.empty()) consider(timers_.begin()->first);
  if (!links_.empty()) consider(next_link_check_);
  if (failed_ && !lease_lost_ && !draining_) consider(reload_at_);
  return next;
}

void EngineCore::RunTimers() {
  const Now at = now();
  while (!timers_.empty() && timers_.begin()->first <= at.mono) {
    const JobId id = timers_.begin()->second;
    timers_.erase(timers_.begin());
    Entry& entry = jobs_.at(id);
    entry.timer.reset();
    entry.machine->OnTimer(at);
    Mark(id);
  }
  if (!links_.empty() && at.mono >= next_link_check_) CheckLinks();
  if (failed_ && !lease_lost_ && !draining_ && at.mono >= reload_at_) {
    failed_ = false;
    store_->Flush();  // a job whose creation is still on its way would be stored and never run
    absl::Status status = store_->CheckWritable(lease_);  // else every host would be called for nothing
    if (status.ok()) status = LoadJobs();
    if (!status.ok()) Fail(status);
  }
}

void EngineCore::SetTimer(const JobId& job, Entry& entry) {
  const std::optional<MonoMicros> next =
      entry.begun || entry.machine->AwaitsApproval() ? entry.machine->NextTimer() : std::nullopt;
  if (next == entry.timer) return;
  if (entry.timer) timers_.erase({*entry.timer, job});
  entry.timer = next;
  if (next) timers_.insert({*next, job});
}

void EngineCore::Flush() {
  const bool resources = !changed_resources_.empty() || !deleted_resources_.empty() || !changed_environments_.empty() ||
                         !resource_done_.empty();
  if ((touched_.empty() && !resources) || batches_in_flight_ >= kMaxBatchesInFlight || failed_ || lease_lost_) return;
  auto pending = std::make_shared<Pending>();
  Batch batch;
  batch.epoch = lease_.epoch;
  batch.now = clock_->Wall();
  for (const JobId& id : std::exchange(touched_, {})) {
    Entry* entry = FindEntry(id);
    if (entry == nullptr) continue;
    SetTimer(id, *entry);
    MachineOutput out = entry->machine->Take();
    // The end may still be on its way to the store, which takes nothing after it: Finish answers what came meanwhile.
    const bool ended = out.empty() && IsTerminal(entry->machine->job().state()) && !PE_MUTANT(append_after_the_end);
    if (ended || (out.empty() && entry->answers.empty())) continue;
    const provision::v1::Job& job = entry->machine->job();
    Pending::Part part;
    part.job = id;
    part.effects = std::move(out.effects);
    part.terminal = out.terminal;
    Record(out.obligations);
    if (!entry->answers.empty()) part.answers = std::exchange(entry->answers, {}), part.answer = BasicView(job);
    AppendEvents append;
    append.job = id;
    append.summary = SummaryOf(job);
    for (const int target : out.targets) append.targets.push_back({target, job.targets(target)});
    for (auto& [key, value] : out.private_rows) append.private_rows.push_back({key, value});
    append.terminal = out.terminal;
    if (!out.events.empty()) {
      part.events = std::make_shared<EventBatch>();
      *part.events = {id, out.events.front().seq(), out.events.back().seq(), out.events, out.terminal};
    }
    append.events = std::move(out.events);
    batch.appends.push_back(std::move(append));
    pending->parts.push_back(std::move(part));
  }
  for (auto& [name, resource] : std::exchange(changed_resources_, {}))
    batch.resources.push_back({.resource = resource});
  for (const std::string& name : std::exchange(deleted_resources_, {}))
    batch.deleted_resources.push_back({ResourceId(name.substr(10))});
  for (auto& [name, environment] : std::exchange(changed_environments_, {})) {
    if (environment.has_value()) batch.environments.push_back({.environment = *std::move(environment)});
    else batch.deleted_environments.push_back({EnvironmentId(name.substr(13))});
  }
  pending->done = std::exchange(resource_done_, {});
  if (pending->parts.empty() && !resources) return;
  ++batches_in_flight_;
  if (PE_MUTANT(act_before_commit)) {
    for (const Pending::Part& part : pending->parts) {
      for (const Effect& effect : std::vector<Effect>(part.effects)) Do(part.job, jobs_.at(part.job), effect);
    }
  }
  pending->submitted = clock_->Mono();
  store_->Submit(std::move(batch),
                 [this, inbox = inbox_, pending, generation = generation_](const absl::Status& status, const Applied&) {
                   inbox->Post([this, pending, generation, status] {
                     if (generation == generation_) OnCommit(pending, status);
                   });
                 });
}

void EngineCore::OnCommit(std::shared_ptr<Pending> pending, const absl::Status& status) {
  --batches_in_flight_;
  if (observer_ != nullptr) observer_->OnCommit(clock_->Mono() - pending->submitted, status.ok());
  const absl::Status told = StoreFailed(status);
  for (const auto& done : pending->done) done(told);
  if (!status.ok() && !PE_MUTANT(refused_commit_is_success)) {
    for (const Pending::Part& part : pending->parts) {
      for (const JobAnswer& answer : part.answers) answer(told);
    }
    return Fail(status);
  }
  for (Pending::Part& part : pending->parts) {
    const bool dropped = PE_MUTANT(drop_event) && part.events != nullptr && part.events->from_seq % 4 == 0;
    if (part.events != nullptr && !dropped) hub_->Publish(part.events);
    for (const JobAnswer& answer : part.answers) answer(part.answer);
    if (Entry* entry = FindEntry(part.job)) {
      if (observer_ != nullptr && part.events != nullptr) observer_->OnEvents(entry->machine->job(), *part.events);
      for (const Effect& effect : part.effects) Do(part.job, *entry, effect);
    }
    if (part.terminal) Finish(part.job);
  }
}

// What the machines hold is ahead of what is stored and can never be made good: all of it is dropped. Agents go on and
// keep their reports; the jobs are loaded again as they are stored.
void EngineCore::Fail(const absl::Status& status) {
  ++generation_;
  failed_ = true;
  failure_ = status;
  lease_lost_ = lease_lost_ || absl::IsFailedPrecondition(status);
  reload_at_ = clock_->Mono() + kReloadPause;
  batches_in_flight_ = 0;
  const absl::Status told = StoreFailed(status);
  for (auto& [id, entry] : jobs_) {
    for (const JobAnswer& answer : entry.answers) answer(told);
  }
  for (const auto& done : std::exchange(resource_done_, {})) done(told);
  jobs_.clear();
  timers_.clear();
  touched_.clear();
  changed_resources_.clear();
  deleted_resources_.clear();
  changed_environments_.clear();
  accepting_.clear();
  approved_.clear();
  waiting_to_begin_.clear();
  waiting_to_connect_.clear();
  running_jobs_ = 0;
  scheduler_ = Scheduler();
  for (auto& [id, link] : links_) {
    if (link->connection != nullptr) link->connection->Close();
  }
}

void EngineCore::Count(Answer<EngineCounts> answer) {
  Post([this, answer = std::move(answer)] {
    EngineCounts counts;
    for (const auto& [id, entry] : jobs_) ++counts.jobs[entry.machine->job().state()];
    counts.connections = static_cast<int64_t>(links_.size());
    counts.waiting_to_connect = static_cast<int64_t>(waiting_to_connect_.size());
    counts.store_ok = !failed_;
    answer(counts);
  });
}

void EngineCore::Drain() {
  Post([this] {
    draining_ = true;
    waiting_to_connect_.clear();
    for (auto& [id, link] : links_) {
      if (link->connection != nullptr) link->connection->Close();
    }
  });
}

}  // namespace pe
