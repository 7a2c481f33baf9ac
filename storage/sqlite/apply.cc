#include "storage/sqlite/apply.h"

#include <string>
#include <utility>

#include "base/status.h"
#include "storage/commit/job_parts.h"
#include "storage/sqlite/sql.h"

namespace pe {
namespace {

absl::Status InsertJob(const JobChange& change, Connection& connection) {
  const std::string spec = change.spec.SerializeAsString();
  const std::string summary = change.summary->SerializeAsString();
  PE_RETURN_IF_ERROR(connection.Use(sql::kInsertJob)
                         .Bind(change.after.key)
                         .Bind(change.id.str())
                         .Bind(static_cast<int64_t>(change.after.state))
                         .Bind(change.after.terminal ? 1 : 0)
                         .Bind(change.summary->environment())
                         .Bind(change.summary->service())
                         .Bind(change.after.last_seq)
                         .BindBlob(summary)
                         .Run());
  PE_RETURN_IF_ERROR(connection.Use(sql::kInsertSpec).Bind(change.after.key).BindBlob(spec).Run());
  Statement on_resource = connection.Use(sql::kInsertJobResource);
  for (const auto& [index, target] : change.targets) {
    if (!target.resource().empty())
      PE_RETURN_IF_ERROR(on_resource.Bind(target.resource()).Bind(change.after.key).Run());
  }
  if (change.request_id.empty()) return absl::OkStatus();
  Statement request = connection.Use(sql::kInsertRequest);
  return request.Bind(change.request_id).Bind(change.request_digest).Bind(change.after.key).Run();
}

absl::Status UpdateJob(const JobChange& change, Connection& connection) {
  const int64_t key = change.after.key;
  if (change.summary.has_value()) {
    const std::string summary = change.summary->SerializeAsString();
    PE_RETURN_IF_ERROR(
        connection.Use(sql::kUpdateSummary).Bind(change.after.last_seq).BindBlob(summary).Bind(key).Run());
  }
  if (change.after.state != change.before.state) {
    PE_RETURN_IF_ERROR(
        connection.Use(sql::kUpdateState).Bind(static_cast<int64_t>(change.after.state)).Bind(key).Run());
  }
  if (change.after.terminal) PE_RETURN_IF_ERROR(connection.Use(sql::kSetTerminal).Bind(key).Run());
  return absl::OkStatus();
}

absl::Status PutTargets(JobChange& change, Connection& connection) {
  Statement put = connection.Use(sql::kPutTarget);
  std::string head;
  std::string steps;
  for (auto& [index, target] : change.targets) {
    TakeSteps(target).SerializeToString(&steps);
    target.SerializeToString(&head);
    PE_RETURN_IF_ERROR(
        put.Bind(change.after.key).Bind(static_cast<int64_t>(index)).BindBlob(head).BindBlob(steps).Run());
  }
  return absl::OkStatus();
}

absl::Status InsertEvents(const JobChange& change, Connection& connection) {
  Statement insert = connection.Use(sql::kInsertEvents);
  for (const EventChunk& chunk : change.chunks) {
    insert.Bind(change.after.key).Bind(chunk.first_seq).Bind(chunk.last_seq).BindBlob(chunk.bytes);
    PE_RETURN_IF_ERROR(insert.Run());
  }
  return absl::OkStatus();
}

absl::Status PutPrivate(const JobChange& change, Connection& connection) {
  if (change.after.terminal) return connection.Use(sql::kDeleteAllPrivate).Bind(change.after.key).Run();
  Statement put = connection.Use(sql::kPutPrivate);
  Statement erase = connection.Use(sql::kDeletePrivate);
  for (const auto& [key, value] : change.private_rows) {
    absl::Status status = value.empty() ? erase.Bind(change.after.key).Bind(key).Run()
                                        : put.Bind(change.after.key).Bind(key).BindBlob(value).Run();
    PE_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status InsertResource(const std::string& id, const provision::v1::Resource& resource, Connection& connection) {
  const std::string bytes = resource.SerializeAsString();
  Statement insert = connection.Use(sql::kInsertResource);
  insert.Bind(id);
  if (resource.address().empty()) {
    insert.BindNull();
  } else {
    insert.Bind(resource.address());
  }
  PE_RETURN_IF_ERROR(insert.Bind(resource.etag()).BindBlob(bytes).Run());
  Statement label = connection.Use(sql::kInsertLabel);
  for (const auto& [key, value] : resource.labels()) PE_RETURN_IF_ERROR(label.Bind(key).Bind(value).Bind(id).Run());
  return absl::OkStatus();
}

// All old rows go before any new one comes, so that two resources may exchange their addresses in one commit.
absl::Status PutResources(const ChangeSet& changes, Connection& connection) {
  for (const auto& [id, resource] : changes.resources) {
    PE_RETURN_IF_ERROR(connection.Use(sql::kDeleteLabels).Bind(id).Run());
    PE_RETURN_IF_ERROR(connection.Use(sql::kDeleteResource).Bind(id).Run());
  }
  for (const auto& [id, resource] : changes.resources) {
    if (resource.has_value()) PE_RETURN_IF_ERROR(InsertResource(id, *resource, connection));
  }
  return absl::OkStatus();
}

absl::Status PutEnvironments(const ChangeSet& changes, Connection& connection) {
  for (const auto& [id, environment] : changes.environments) {
    if (environment.has_value()) {
      const std::string bytes = environment->SerializeAsString();
      PE_RETURN_IF_ERROR(connection.Use(sql::kPutEnvironment).Bind(id).Bind(environment->etag()).BindBlob(bytes).Run());
    } else {
      PE_RETURN_IF_ERROR(connection.Use(sql::kDeleteEnvironment).Bind(id).Run());
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyChanges(ChangeSet& changes, Connection& connection) {
  for (JobChange& change : changes.jobs) {
    PE_RETURN_IF_ERROR(change.created ? InsertJob(change, connection) : UpdateJob(change, connection));
    PE_RETURN_IF_ERROR(PutTargets(change, connection));
    PE_RETURN_IF_ERROR(InsertEvents(change, connection));
    PE_RETURN_IF_ERROR(PutPrivate(change, connection));
    if (change.after.terminal) {
      PE_RETURN_IF_ERROR(connection.Use(sql::kInsertEndedLog).Bind(change.ended).Bind(change.after.key).Run());
    }
  }
  PE_RETURN_IF_ERROR(PutResources(changes, connection));
  PE_RETURN_IF_ERROR(PutEnvironments(changes, connection));
  if (changes.max_admission == 0) return absl::OkStatus();
  return connection.Use(sql::kRaiseMaxAdmission).Bind(changes.max_admission).Run();
}

}  // namespace pe
