// EngineCore: accepting, admitting and ending jobs.
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/mutant.h"
#include "server/engine/engine_core.h"
#include "server/engine/errors.h"
#include "server/engine/fold.h"
#include "server/engine/transitions.h"

namespace pe {

using provision::v1::Job;

EngineCore::Entry* EngineCore::FindEntry(const JobId& job) {
  const auto found = jobs_.find(job);
  return found == jobs_.end() ? nullptr : &found->second;
}

template <typename Request>
std::string EngineCore::DigestOf(const Request& request) const {
  return request.request_id().empty() ? "" : box_.KeyedDigest(CanonicalBytes(request));
}

void EngineCore::Provision(provision::v1::ProvisionRequest request, Caller caller, JobAnswer answer) {
  auto shared = std::make_shared<provision::v1::ProvisionRequest>(std::move(request));
  Post([this, shared, trace = std::move(caller.traceparent), answer = std::move(answer)] {
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    std::string digest = DigestOf(*shared);
    const std::string request_id = shared->request_id();
    const bool validate_only = shared->validate_only();
    if (shared->environment().empty())
      shared->set_environment(options_.environment);  // the digest has it as it was sent
    absl::StatusOr<NewJob> made =
        MakeJob(std::move(*shared), inventory_, environments_, options_.credentials, clock_->Wall());
    if (!made.ok()) return AnswerRepeated(request_id, digest, made.status(), answer);
    made->job.set_traceparent(trace);
    if (validate_only) return answer(BasicView(made->job));
    Accept(*std::move(made), request_id, std::move(digest), answer);
  });
}

// A repeated request is answered with its job also when the engine's state would not take it any more: an environment,
// for example, has changed or gone since. `why` is the answer when it is no repetition.
void EngineCore::AnswerRepeated(const std::string& request_id, const std::string& digest, const absl::Status& why,
                                const JobAnswer& answer) {
  if (request_id.empty()) return answer(why);
  const auto known = store_->FindRequest(request_id);
  if (!known.ok() || !known->has_value() || (*known)->digest != digest) return answer(why);
  const absl::StatusOr<Job> existing = store_->GetJob((*known)->job, JobDetail::kTargets);
  answer(existing.ok() ? absl::StatusOr<Job>(BasicView(*existing)) : existing);
}

// `make`: MakeRetry or MakeRollback.
template <typename Request, typename Make>
void EngineCore::Follow(Request request, Caller caller, JobAnswer answer, Make make) {
  Post([this, make, request = std::move(request), trace = std::move(caller.traceparent), answer = std::move(answer)] {
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    const JobId parent_id(std::string(absl::StripPrefix(request.name(), "jobs/")));
    const absl::StatusOr<Job> parent = store_->GetJob(parent_id, JobDetail::kFull);
    if (absl::IsNotFound(parent.status())) return answer(NoSuch("provision.dev/Job", request.name()));
    if (!parent.ok()) return answer(parent.status());
    absl::StatusOr<NewJob> made = make(request, *parent, inventory_, clock_->Wall());
    if (made.ok() && !environments_.contains(made->job.environment())) {
      made = Precondition("ENVIRONMENT_GONE", UnknownEnvironment(environments_, made->job.environment()));
    }
    if (!made.ok()) return AnswerRepeated(request.request_id(), DigestOf(request), made.status(), answer);
    made->job.set_traceparent(trace);
    Accept(*std::move(made), request.request_id(), DigestOf(request), answer);
  });
}

void EngineCore::Retry(provision::v1::RetryRequest request, Caller caller, JobAnswer answer) {
  Follow(std::move(request), std::move(caller), std::move(answer), MakeRetry);
}

void EngineCore::Rollback(provision::v1::RollbackRequest request, Caller caller, JobAnswer answer) {
  Follow(std::move(request), std::move(caller), std::move(answer), MakeRollback);
}

// Stores a new job with its first event. The machine exists from now on but begins only when that is durable.
void EngineCore::Accept(NewJob made, const std::string& request_id, std::string digest, JobAnswer answer) {
  if (static_cast<int64_t>(jobs_.size()) >= options_.max_unfinished_jobs) {
    return answer(Overloaded("TOO_MANY_JOBS",
                             absl::StrCat(jobs_.size(), " jobs have not ended; wait for some, or cancel them"), 5000));
  }
  const Now at = now();
  const JobId id(NewId(at.wall, *random_));
  made.job.set_name(absl::StrCat("jobs/", id.str()));
  made.job.set_admission(++last_admission_);
  accepting_.insert(last_admission_);
  if (NeedsApproval(environments_, inventory_, made.job)) made.job.mutable_approval();
  Entry entry;
  entry.secrets = std::move(made.secrets);
  entry.machine = std::make_unique<JobMachine>(std::move(made.job), made.rows, MachineLimits());
  entry.machine->Create(at);
  entry.machine->AwaitApproval(at);
  MachineOutput out = entry.machine->Take();
  const Job& job = entry.machine->job();

  Batch batch;
  batch.epoch = lease_.epoch;
  batch.now = at.wall;
  CreateJob create;
  create.job = job;
  for (int i = 0; i < job.targets_size(); ++i) create.targets.push_back({i, job.targets(i)});
  if (!PE_MUTANT(forget_request_id)) create.request_id = request_id;
  create.request_digest = std::move(digest);
  batch.jobs.push_back(std::move(create));
  AppendEvents append;
  append.job = id;
  append.summary = SummaryOf(job);
  append.events = std::move(out.events);
  append.private_rows = std::move(made.rows);
  if (!entry.secrets.empty()) append.private_rows.push_back({"secrets", box_.Seal(entry.secrets)});
  batch.appends.push_back(std::move(append));
  for (const auto& resource : made.new_resources) {
    inventory_.Put(resource);
    batch.resources.push_back({.resource = resource});
  }
  for (const auto& resource : made.changed_resources) {
    inventory_.Put(resource);
    batch.resources.push_back({.resource = resource});
  }
  if (PE_MUTANT(answer_before_commit)) answer(BasicView(job));
  jobs_.emplace(id, std::move(entry));
  store_->Submit(std::move(batch), [this, inbox = inbox_, id, answer = std::move(answer), generation = generation_](
                                       const absl::Status& status, const Applied& applied) {
    inbox->Post([this, id, answer, status, applied, generation] {
      if (generation == generation_) return OnAccepted(id, answer, status, applied);
      answer(status.ok() ? absl::UnavailableError("the outcome is not known; ask again with the same request_id")
                         : StoreFailed(status));
    });
  });
}

void EngineCore::OnAccepted(const JobId& id, const JobAnswer& answer, const absl::Status& status,
                            const Applied& applied) {
  Entry* entry = FindEntry(id);
  accepting_.erase(entry->machine->job().admission());
  if (!status.ok() || applied.existing_job) {
    jobs_.erase(id);
    if (!status.ok()) {
      answer(StoreFailed(status));
      if (!absl::IsAlreadyExists(status)) Fail(status);
      return;
    }
    AdmitApproved();
    const absl::StatusOr<Job> existing = store_->GetJob(*applied.existing_job, JobDetail::kTargets);
    return answer(existing.ok() ? absl::StatusOr<Job>(BasicView(*existing)) : existing);
  }
  entry->admitted = true;
  if (observer_ != nullptr) observer_->OnAccepted(entry->machine->job());
  answer(BasicView(entry->machine->job()));
  if (entry->machine->AwaitsApproval()) {
    SetTimer(id, *entry);
  } else {
    Admit(id, *entry);
  }
  AdmitApproved();
}

void EngineCore::Admit(const JobId& id, Entry& entry) {
  std::set<std::string> keys;
  for (const std::string& resource : entry.machine->Resources()) {
    entry.key_of[resource] = inventory_.IdentityOfName(resource);
    keys.insert(entry.key_of[resource]);
  }
  entry.keys.assign(keys.begin(), keys.end());
  scheduler_.Add(id, entry.machine->job().admission(), entry.keys);
  waiting_to_begin_[entry.machine->job().admission()] = id;
}

// Oldest first, up to the limit: a job waits only for older ones, so those that hold what it waits for have begun.
void EngineCore::BeginWaiting() {
  while (!waiting_to_begin_.empty() && running_jobs_ < options_.max_running_jobs) {
    const JobId id = waiting_to_begin_.begin()->second;
    waiting_to_begin_.erase(waiting_to_begin_.begin());
    Entry& entry = jobs_.at(id);
    ++running_jobs_;
    entry.begun = true;
    for (const auto& [resource, key] : entry.key_of)
      entry.machine->OnTicket(resource, scheduler_.Look(id, key).behind, now());
    entry.machine->Begin(now());
    Mark(id);
  }
}

void EngineCore::Finish(const JobId& id) {
  Entry* entry = FindEntry(id);
  if (entry == nullptr) return;
  for (const auto& [target, link] : std::map<int, uint64_t>(entry->links)) CloseLink(link);
  if (entry->timer) timers_.erase({*entry->timer, id});
  if (entry->begun) --running_jobs_;
  waiting_to_begin_.erase(entry->machine->job().admission());
  // A call that came in after the terminal event gets the job as it ended.
  for (const JobAnswer& answer : entry->answers) answer(BasicView(entry->machine->job()));
  jobs_.erase(id);
  Notify(scheduler_.Remove(id));
  BeginWaiting();
}

void EngineCore::Notify(const std::vector<Scheduler::Notice>& notices) {
  for (const Scheduler::Notice& notice : notices) {
    Entry* entry = FindEntry(notice.job);
    if (entry == nullptr || !entry->begun) continue;  // it looks for itself when it begins
    for (const auto& [resource, key] : entry->key_of) {
      if (key == notice.key) entry->machine->OnTicket(resource, notice.behind, now());
    }
    Mark(notice.job);
  }
}

void EngineCore::Steer(const std::string& name, JobAnswer answer, std::function<void(JobMachine&)> input) {
  Post([this, name, answer = std::move(answer), input = std::move(input)] {
    const JobId id(std::string(absl::StripPrefix(name, "jobs/")));
    Entry* entry = FindEntry(id);
    if (entry == nullptr || !entry->admitted) {
      const absl::StatusOr<Job> stored = store_->GetJob(id, JobDetail::kTargets);
      if (!stored.ok())
        return answer(absl::IsNotFound(stored.status()) ? NoSuch("provision.dev/Job", name) : stored.status());
      if (!IsTerminal(stored->state()))
        return answer(Ready().ok() ? absl::UnavailableError("the job is being loaded; try again") : Ready());
      return answer(BasicView(*stored));
    }
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    input(*entry->machine);
    entry->answers.push_back(answer);
    Mark(id);
  });
}

void EngineCore::Cancel(provision::v1::CancelRequest request, std::string, JobAnswer answer) {
  Steer(request.name(), std::move(answer),
        [this, force = request.force()](JobMachine& machine) { machine.OnCancel(force, now()); });
}

void EngineCore::Pause(provision::v1::PauseRequest request, std::string caller, JobAnswer answer) {
  Steer(request.name(), std::move(answer),
        [this, caller = std::move(caller), reason = request.reason()](JobMachine& machine) {
          machine.OnPause(caller, reason, now());
        });
}

void EngineCore::Resume(provision::v1::ResumeRequest request, std::string caller, JobAnswer answer) {
  Steer(request.name(), std::move(answer),
        [this, caller = std::move(caller)](JobMachine& machine) { machine.OnResume(caller, now()); });
}

}  // namespace pe
