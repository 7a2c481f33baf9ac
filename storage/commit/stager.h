// Stager: the rules of a batch (storage/store.h), the same for every backend. It takes batches one after the other,
// checks each against what is stored and what the group holds already, and folds those that hold into one ChangeSet. A
// batch that is refused leaves no trace, so batches of one group cannot hurt each other.
// Thread rule: thread-compatible; one Stager for one group.
#ifndef STORAGE_COMMIT_STAGER_H_
#define STORAGE_COMMIT_STAGER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "storage/commit/change_set.h"
#include "storage/commit/stored_view.h"
#include "storage/store.h"

namespace pe {

class Stager {
 public:
  // `view` outlives the Stager.
  explicit Stager(StoredView* view) : view_(view) {}

  // OK: the batch is part of the group, or (`applied->existing_job` set) a repetition of which nothing is applied.
  absl::Status Add(Batch batch, Applied* applied);

  // The first error of the view: nothing that was staged may be committed then.
  const absl::Status& view_error() const { return view_error_; }
  ChangeSet& changes() { return changes_; }

 private:
  using Heads = absl::flat_hash_map<JobId, std::optional<JobHead>>;
  using Resources = absl::flat_hash_map<std::string, std::optional<ResourceHead>>;
  using Addresses = absl::flat_hash_map<std::string, std::optional<std::string>>;  // address -> resource id

  using Environments = absl::flat_hash_map<std::string, std::optional<std::string>>;  // id -> etag

  // What a batch would change, while it is not known yet whether all of it holds.
  struct Draft {
    Heads heads;
    Resources resources;
    Addresses addresses;
    Environments environments;
  };

  absl::Status CheckRequest(const CreateJob& create, bool alone, Applied* applied);
  absl::Status CheckCreate(const CreateJob& create, Draft& draft);
  absl::Status CheckAppend(const AppendEvents& append, Draft& draft);
  absl::Status CheckPut(const PutResource& put, Draft& draft);
  absl::Status CheckDelete(const DeleteResource& deletion, Draft& draft);
  absl::Status CheckPut(const PutEnvironment& put, Draft& draft);
  absl::Status CheckDelete(const DeleteEnvironment& deletion, Draft& draft);

  // As of the draft, else the group, else the view.
  absl::StatusOr<std::optional<JobHead>> Head(const JobId& id, const Draft& draft);
  absl::StatusOr<std::optional<ResourceHead>> Resource(const std::string& id, const Draft& draft);
  absl::StatusOr<std::optional<std::string>> Owner(const std::string& address, const Draft& draft);
  absl::StatusOr<std::optional<std::string>> EnvironmentEtag(const std::string& id, const Draft& draft);

  // What holds becomes part of the group.
  void Merge(Batch batch, Draft draft);
  void MergeCreate(CreateJob create);
  void MergeAppend(AppendEvents append, WallMicros now);
  JobChange& ChangeOf(const JobId& id);

  template <typename T>
  absl::StatusOr<T> Looked(absl::StatusOr<T> answer);

  StoredView* const view_;
  absl::Status view_error_;
  ChangeSet changes_;
  absl::flat_hash_map<JobId, size_t> change_index_;  // into changes_.jobs
  Heads heads_;                                      // as of the group; also what the view said
  Resources resources_;
  Addresses addresses_;
  Environments environments_;
  absl::flat_hash_map<std::string, Store::RequestRecord> requests_;
  int64_t last_key_ = -1;  // -1: the view was not asked yet
};

}  // namespace pe

#endif  // STORAGE_COMMIT_STAGER_H_
