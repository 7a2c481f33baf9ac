#include "storage/commit/stager.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/commit/job_parts.h"

namespace pe {
namespace {

// A target's index is part of a key; and no target may be given twice.
absl::Status CheckTargets(const std::vector<TargetRow>& targets) {
  absl::flat_hash_set<int32_t> seen;
  for (const TargetRow& row : targets) {
    if (row.index < 0 || !seen.insert(row.index).second) {
      return absl::InvalidArgumentError(absl::StrCat("target index ", row.index, " is negative or given twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckContiguous(const AppendEvents& append, int64_t last_seq) {
  int64_t wanted = last_seq;
  for (const provision::v1::Event& event : append.events) {
    if (event.seq() != ++wanted) {
      return absl::AbortedError(absl::StrCat("event ", event.seq(), " of job ", append.job.str(),
                                             " does not continue its log: ", wanted, " was expected"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSummary(const AppendEvents& append) {
  if (append.events.empty()) {
    if (!append.terminal) return absl::OkStatus();
    return absl::InvalidArgumentError("a job cannot end without an event that says so");
  }
  PE_ASSIGN_OR_RETURN(JobId id, JobIdOf(append.summary));
  if (id != append.job || append.summary.last_seq() != append.events.back().seq()) {
    return absl::InvalidArgumentError(absl::StrCat("the summary (", append.summary.name(), " at ",
                                                   append.summary.last_seq(), ") is not the state after event ",
                                                   append.events.back().seq(), " of job ", append.job.str()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Stager::Add(Batch batch, Applied* applied) {
  Draft draft;
  for (const CreateJob& create : batch.jobs) {
    PE_RETURN_IF_ERROR(CheckRequest(create, batch.jobs.size() == 1, applied));
    if (applied->existing_job.has_value()) return absl::OkStatus();
    PE_RETURN_IF_ERROR(CheckCreate(create, draft));
  }
  for (const AppendEvents& append : batch.appends) PE_RETURN_IF_ERROR(CheckAppend(append, draft));
  for (const PutResource& put : batch.resources) PE_RETURN_IF_ERROR(CheckPut(put, draft));
  for (const DeleteResource& deletion : batch.deleted_resources) PE_RETURN_IF_ERROR(CheckDelete(deletion, draft));
  for (const PutEnvironment& put : batch.environments) PE_RETURN_IF_ERROR(CheckPut(put, draft));
  for (const DeleteEnvironment& gone : batch.deleted_environments) PE_RETURN_IF_ERROR(CheckDelete(gone, draft));
  Merge(std::move(batch), std::move(draft));
  return absl::OkStatus();
}

void Stager::Merge(Batch batch, Draft draft) {
  for (CreateJob& create : batch.jobs) MergeCreate(std::move(create));
  for (AppendEvents& append : batch.appends) MergeAppend(std::move(append), batch.now);
  for (auto& [id, head] : draft.resources) resources_[id] = std::move(head);
  for (auto& [address, owner] : draft.addresses) addresses_[address] = std::move(owner);
  for (PutResource& put : batch.resources) {
    const std::string id = *ResourceIdOf(put.resource.name());
    changes_.resources[id] = std::move(put.resource);
  }
  for (const DeleteResource& deletion : batch.deleted_resources) changes_.resources[deletion.id.str()] = std::nullopt;
  for (auto& [id, etag] : draft.environments) environments_[id] = std::move(etag);
  for (PutEnvironment& put : batch.environments) {
    const std::string id = *EnvironmentIdOf(put.environment.name());
    changes_.environments[id] = std::move(put.environment);
  }
  for (const DeleteEnvironment& gone : batch.deleted_environments) changes_.environments[gone.id.str()] = std::nullopt;
}

absl::Status Stager::CheckRequest(const CreateJob& create, bool alone, Applied* applied) {
  if (create.request_id.empty()) return absl::OkStatus();
  if (!alone) return absl::InvalidArgumentError("a batch with a request id holds one job");
  auto found = requests_.find(create.request_id);
  if (found == requests_.end()) {
    PE_ASSIGN_OR_RETURN(std::optional<Store::RequestRecord> record, Looked(view_->FindRequest(create.request_id)));
    if (!record.has_value()) return absl::OkStatus();
    found = requests_.emplace(create.request_id, *std::move(record)).first;
  }
  if (found->second.digest != create.request_digest) {
    return absl::AlreadyExistsError(absl::StrCat("request id '", create.request_id,
                                                 "' was used with another body, by job ", found->second.job.str()));
  }
  applied->existing_job = found->second.job;
  return absl::OkStatus();
}

absl::Status Stager::CheckCreate(const CreateJob& create, Draft& draft) {
  PE_ASSIGN_OR_RETURN(JobId id, JobIdOf(create.job));
  PE_RETURN_IF_ERROR(CheckTargets(create.targets));
  PE_ASSIGN_OR_RETURN(std::optional<JobHead> head, Head(id, draft));
  if (head.has_value()) return absl::AlreadyExistsError(absl::StrCat("job ", id.str(), " exists"));
  if (last_key_ < 0) {
    PE_ASSIGN_OR_RETURN(last_key_, Looked(view_->MaxJobKey()));
  }
  draft.heads[id] = JobHead{};  // its key is given when the batch is known to hold
  return absl::OkStatus();
}

absl::Status Stager::CheckAppend(const AppendEvents& append, Draft& draft) {
  PE_ASSIGN_OR_RETURN(std::optional<JobHead> head, Head(append.job, draft));
  if (!head.has_value()) return absl::NotFoundError(absl::StrCat("there is no job ", append.job.str()));
  if (head->terminal)
    return absl::AbortedError(absl::StrCat("job ", append.job.str(), " has ended and does not change any more"));
  PE_RETURN_IF_ERROR(CheckContiguous(append, head->last_seq));
  PE_RETURN_IF_ERROR(CheckSummary(append));
  PE_RETURN_IF_ERROR(CheckTargets(append.targets));
  if (!append.events.empty()) head->last_seq = append.events.back().seq();
  head->terminal = append.terminal;
  draft.heads[append.job] = *head;
  return absl::OkStatus();
}

absl::Status Stager::CheckPut(const PutResource& put, Draft& draft) {
  PE_ASSIGN_OR_RETURN(std::string id, ResourceIdOf(put.resource.name()));
  PE_ASSIGN_OR_RETURN(std::optional<ResourceHead> head, Resource(id, draft));
  if (put.expect == PutResource::Expect::kNew && head.has_value()) {
    return absl::AlreadyExistsError(absl::StrCat("resource ", id, " exists"));
  }
  if (put.expect == PutResource::Expect::kExists && !head.has_value()) {
    return absl::NotFoundError(absl::StrCat("there is no resource ", id));
  }
  if (!put.expected_etag.empty() && (!head.has_value() || head->etag != put.expected_etag)) {
    return absl::AbortedError(absl::StrCat("resource ", id, " has changed since it was read"));
  }
  const std::string& address = put.resource.address();
  if (!address.empty()) {
    PE_ASSIGN_OR_RETURN(std::optional<std::string> owner, Owner(address, draft));
    if (owner.has_value() && *owner != id) {
      return absl::AlreadyExistsError(absl::StrCat("resource ", *owner, " has the address ", address));
    }
  }
  if (head.has_value()) draft.addresses[head->address] = std::nullopt;
  draft.addresses[address] = id;
  draft.resources[id] = ResourceHead{put.resource.etag(), address};
  return absl::OkStatus();
}

absl::Status Stager::CheckDelete(const DeleteResource& deletion, Draft& draft) {
  PE_ASSIGN_OR_RETURN(std::optional<ResourceHead> head, Resource(deletion.id.str(), draft));
  if (!head.has_value()) return absl::NotFoundError(absl::StrCat("there is no resource ", deletion.id.str()));
  draft.addresses[head->address] = std::nullopt;
  draft.resources[deletion.id.str()] = std::nullopt;
  return absl::OkStatus();
}

absl::Status Stager::CheckPut(const PutEnvironment& put, Draft& draft) {
  PE_ASSIGN_OR_RETURN(std::string id, EnvironmentIdOf(put.environment.name()));
  PE_ASSIGN_OR_RETURN(std::optional<std::string> etag, EnvironmentEtag(id, draft));
  if (put.expect == PutResource::Expect::kNew && etag.has_value()) {
    return absl::AlreadyExistsError(absl::StrCat("environment ", id, " exists"));
  }
  if (put.expect == PutResource::Expect::kExists && !etag.has_value()) {
    return absl::NotFoundError(absl::StrCat("there is no environment ", id));
  }
  if (!put.expected_etag.empty() && etag != put.expected_etag) {
    return absl::AbortedError(absl::StrCat("environment ", id, " has changed since it was read"));
  }
  draft.environments[id] = put.environment.etag();
  return absl::OkStatus();
}

absl::Status Stager::CheckDelete(const DeleteEnvironment& deletion, Draft& draft) {
  PE_ASSIGN_OR_RETURN(std::optional<std::string> etag, EnvironmentEtag(deletion.id.str(), draft));
  if (!etag.has_value()) return absl::NotFoundError(absl::StrCat("there is no environment ", deletion.id.str()));
  draft.environments[deletion.id.str()] = std::nullopt;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<JobHead>> Stager::Head(const JobId& id, const Draft& draft) {
  if (auto it = draft.heads.find(id); it != draft.heads.end()) return it->second;
  if (auto it = heads_.find(id); it != heads_.end()) return it->second;
  PE_ASSIGN_OR_RETURN(std::optional<JobHead> head, Looked(view_->FindJob(id)));
  heads_[id] = head;
  return head;
}

absl::StatusOr<std::optional<ResourceHead>> Stager::Resource(const std::string& id, const Draft& draft) {
  if (auto it = draft.resources.find(id); it != draft.resources.end()) return it->second;
  if (auto it = resources_.find(id); it != resources_.end()) return it->second;
  return Looked(view_->FindResource(id));
}

absl::StatusOr<std::optional<std::string>> Stager::Owner(const std::string& address, const Draft& draft) {
  if (auto it = draft.addresses.find(address); it != draft.addresses.end()) return it->second;
  if (auto it = addresses_.find(address); it != addresses_.end()) return it->second;
  return Looked(view_->FindAddress(address));
}

absl::StatusOr<std::optional<std::string>> Stager::EnvironmentEtag(const std::string& id, const Draft& draft) {
  if (auto it = draft.environments.find(id); it != draft.environments.end()) return it->second;
  if (auto it = environments_.find(id); it != environments_.end()) return it->second;
  return Looked(view_->FindEnvironment(id));
}

void Stager::MergeCreate(CreateJob create) {
  JobChange& change = changes_.jobs.emplace_back();
  change.id = *JobIdOf(create.job);
  change.created = true;
  change.before.key = change.after.key = ++last_key_;
  change.after.state = create.job.state();
  change.spec = TakeSpec(create.job);
  change.request_id = std::move(create.request_id);
  change.request_digest = std::move(create.request_digest);
  for (TargetRow& row : create.targets) change.targets[row.index] = std::move(row.target);
  changes_.max_admission = std::max(changes_.max_admission, create.job.admission());
  change.summary = std::move(create.job);
  heads_[change.id] = change.after;
  change_index_[change.id] = changes_.jobs.size() - 1;
  if (!change.request_id.empty()) requests_[change.request_id] = {change.id, change.request_digest};
}

void Stager::MergeAppend(AppendEvents append, WallMicros now) {
  JobChange& change = ChangeOf(append.job);
  for (PrivateRow& row : append.private_rows) change.private_rows[std::move(row.key)] = std::move(row.value);
  if (append.events.empty()) return;  // without events nothing that is folded from them changes
  for (const provision::v1::Event& event : append.events) AppendEvent(event, change.chunks);
  for (TargetRow& row : append.targets) change.targets[row.index] = std::move(row.target);
  TakeSpec(append.summary);
  changes_.max_admission = std::max(changes_.max_admission, append.summary.admission());
  change.after.last_seq = append.events.back().seq();
  change.after.state = append.summary.state();
  change.after.terminal = append.terminal;
  if (append.terminal) change.ended = now;
  change.summary = std::move(append.summary);
  heads_[change.id] = change.after;
}

JobChange& Stager::ChangeOf(const JobId& id) {
  auto [it, added] = change_index_.try_emplace(id, changes_.jobs.size());
  if (added) {
    JobChange& change = changes_.jobs.emplace_back();
    change.id = id;
    change.before = change.after = *heads_[id];  // looked up when the batch was checked
  }
  return changes_.jobs[it->second];
}

template <typename T>
absl::StatusOr<T> Stager::Looked(absl::StatusOr<T> answer) {
  if (!answer.ok() && view_error_.ok()) view_error_ = answer.status();
  return answer;
}

}  // namespace pe
