// EngineCore: the environments' calls, and the approvals that they ask for.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/engine/engine_core.h"
#include "server/engine/errors.h"
#include "server/engine/fold.h"
#include "server/engine/proto_time.h"
#include "server/engine/transitions.h"

namespace pe {
namespace {

using provision::v1::Environment;
using provision::v1::Job;

constexpr char kEnvironmentType[] = "provision.dev/Environment";

// The paths of an update; those that are set when the mask is empty.
std::vector<std::string> PathsOf(const provision::v1::UpdateEnvironmentRequest& request) {
  std::vector<std::string> paths(request.update_mask().paths().begin(), request.update_mask().paths().end());
  if (!paths.empty()) return paths;
  const Environment& e = request.environment();
  if (!e.description().empty()) paths.push_back("description");
  if (!e.variables().empty()) paths.push_back("variables");
  if (e.has_rollout()) paths.push_back("rollout");
  if (e.parallelism() != 0) paths.push_back("parallelism");
  if (e.approval_required()) paths.push_back("approval_required");
  return paths;
}

void CopyField(const std::string& path, const Environment& from, Environment* to) {
  if (path == "description") to->set_description(from.description());
  if (path == "variables") *to->mutable_variables() = from.variables();
  if (path == "parallelism") to->set_parallelism(from.parallelism());
  if (path == "approval_required") to->set_approval_required(from.approval_required());
  if (path != "rollout") return;
  to->clear_rollout();
  if (from.has_rollout()) *to->mutable_rollout() = from.rollout();
}

}  // namespace

// Stores `environment` with the next batch and answers when it is durable.
void EngineCore::ChangeEnvironment(Environment environment, Answer<Environment> answer) {
  Touch(&environment, clock_->Wall());
  environments_[environment.name()] = environment;
  changed_environments_[environment.name()] = environment;
  resource_done_.push_back(
      [environment, answer](const absl::Status& status) { status.ok() ? answer(environment) : answer(status); });
}

void EngineCore::CreateEnvironment(provision::v1::CreateEnvironmentRequest request, Answer<Environment> answer) {
  Post([this, request = std::move(request), answer = std::move(answer)] {
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    const std::string name = absl::StrCat("environments/", request.environment_id());
    if (environments_.contains(name)) return answer(EnvironmentExists(name));
    Environment next;
    next.set_name(name);
    for (const char* path : {"description", "variables", "rollout", "parallelism", "approval_required"})
      CopyField(path, request.environment(), &next);
    *next.mutable_create_time() = ToTimestamp(clock_->Wall());
    ChangeEnvironment(std::move(next), answer);
  });
}

void EngineCore::UpdateEnvironment(provision::v1::UpdateEnvironmentRequest request, Answer<Environment> answer) {
  Post([this, request = std::move(request), answer = std::move(answer)] {
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    const auto current = environments_.find(request.environment().name());
    if (current == environments_.end()) return answer(NoSuch(kEnvironmentType, request.environment().name()));
    if (!request.environment().etag().empty() && request.environment().etag() != current->second.etag())
      return answer(EtagMismatch(current->first));
    Environment next = current->second;
    for (const std::string& path : PathsOf(request)) CopyField(path, request.environment(), &next);
    ChangeEnvironment(std::move(next), answer);
  });
}

void EngineCore::DeleteEnvironment(provision::v1::DeleteEnvironmentRequest request, Answer<Environment> answer) {
  Post([this, request = std::move(request), answer = std::move(answer)] {
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    const auto current = environments_.find(request.name());
    if (current == environments_.end()) return answer(NoSuch(kEnvironmentType, request.name()));
    if (const auto* resource = inventory_.FirstOf(request.name())) {
      return answer(Precondition("ENVIRONMENT_IN_USE", absl::StrCat(resource->name(), " belongs to ", request.name(),
                                                                    "; move it with `pe resource update`")));
    }
    for (const auto& [id, entry] : jobs_) {
      if (entry.machine->job().environment() != request.name() || IsTerminal(entry.machine->job().state())) continue;
      return answer(Precondition("ENVIRONMENT_IN_USE", absl::StrCat("jobs/", id.str(), " belongs to ", request.name(),
                                                                    "; wait for its end, or cancel it")));
    }
    const Environment gone = current->second;
    environments_.erase(current);
    changed_environments_[request.name()] = std::nullopt;
    resource_done_.push_back(
        [gone, answer](const absl::Status& status) { status.ok() ? answer(gone) : answer(status); });
  });
}

void EngineCore::Approve(provision::v1::ApproveRequest request, std::string caller, JobAnswer answer) {
  Post([this, request = std::move(request), caller = std::move(caller), answer = std::move(answer)] {
    using provision::v1::Approval;
    const Approval::Decision decision =
        request.decision() == Approval::REJECTED ? Approval::REJECTED : Approval::APPROVED;
    const JobId id(std::string(absl::StripPrefix(request.name(), "jobs/")));
    const auto not_waiting = [&](const Job& job) {
      return Precondition(
          "JOB_NOT_AWAITING_APPROVAL",
          absl::StrCat(job.name(), " does not await an approval: it is ", Job::State_Name(job.state()),
                       job.approval().caller().empty() ? "" : ", decided by ", job.approval().caller()));
    };
    Entry* entry = FindEntry(id);
    if (entry == nullptr || !entry->admitted) {
      const absl::StatusOr<Job> stored = store_->GetJob(id, JobDetail::kTargets);
      if (absl::IsNotFound(stored.status())) return answer(NoSuch("provision.dev/Job", request.name()));
      if (!stored.ok()) return answer(stored.status());
      if (stored->approval().decision() == decision) return answer(BasicView(*stored));
      if (IsTerminal(stored->state())) return answer(not_waiting(*stored));
      return answer(Ready().ok() ? absl::UnavailableError("the job is being loaded; try again") : Ready());
    }
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    const Job& job = entry->machine->job();
    if (job.approval().decision() != decision) {
      if (!entry->machine->AwaitsApproval()) return answer(not_waiting(job));
      Approval approval;
      approval.set_decision(decision);
      approval.set_caller(caller);
      approval.set_comment(request.comment());
      *approval.mutable_time() = ToTimestamp(clock_->Wall());
      const bool approved = decision == Approval::APPROVED;
      entry->machine->OnDecided(approval, approved ? ++last_admission_ : 0, now());
      if (approved) approved_.emplace(last_admission_, id);
    }
    entry->answers.push_back(answer);
    Mark(id);
    AdmitApproved();
  });
}

// Jobs come into queues in the order of their admission numbers: an approved one waits for those before it that are
// still on their way to the store. Those after it are answered by the store after these.
void EngineCore::AdmitApproved() {
  while (!approved_.empty() && (accepting_.empty() || *accepting_.begin() > approved_.begin()->first)) {
    const JobId id = approved_.begin()->second;
    approved_.erase(approved_.begin());
    Entry* entry = FindEntry(id);
    if (entry != nullptr && !IsTerminal(entry->machine->job().state())) Admit(id, *entry);
  }
  BeginWaiting();
}

}  // namespace pe
