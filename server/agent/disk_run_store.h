// RunStore in a folder:
//   owner                      "ENGINE_ID EPOCH\n"
//   runs/KEY                   journal of a run; KEY is the start of the run id's SHA-256
//   undo/KEY/INDEX             body and undo records of a step, framed as journal records
//   undo/KEY/content/SHA256    what steps replaced, once whatever the number of records that name it
#ifndef SERVER_AGENT_DISK_RUN_STORE_H_
#define SERVER_AGENT_DISK_RUN_STORE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/agent/run_store.h"
#include "server/agent/undo_prune.h"

namespace pe::agent {

class DiskRunStore final : public RunStore {
 public:
  // `files` outlives it. `folder` is made, with its parents, when something is first written.
  DiskRunStore(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  absl::StatusOr<Owner> LoadOwner() override;
  absl::Status SaveOwner(const Owner& owner) override;
  absl::StatusOr<std::vector<StoredRun>> LoadRuns() override;
  absl::StatusOr<std::unique_ptr<RunFile>> Create(const StoredRun& run) override;
  absl::StatusOr<std::unique_ptr<RunFile>> Reopen(const StoredRun& run) override;
  absl::Status Forget(const std::string& run) override;
  std::unique_ptr<UndoStore> Undo(const std::string& run, int index, const provision::v1::StepBody& body) override;
  absl::Status PruneUndo(const std::string& ended, const std::vector<std::string>& spared, WallMicros now,
                         const UndoLimits& limits) override;
  std::unique_ptr<UndoSource> UndoOf(const std::string& run, int index) override;

 private:
  std::string JournalPath(const std::string& run) const;
  std::string UndoFolder(const std::string& run) const;
  absl::Status Measure(const std::string& ended) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  FileSystem& files_;
  const std::string folder_;
  absl::Mutex mutex_;
  // By key; measured once in this life, then kept true. Unset: not measured yet.
  std::optional<std::map<std::string, KeptUndo>> kept_ ABSL_GUARDED_BY(mutex_);
};

// Makes a folder of mode 0700, its missing parents too. One that is there is left as it is.
absl::Status MakePrivateFolder(FileSystem& files, const std::string& path);

}  // namespace pe::agent

#endif  // SERVER_AGENT_DISK_RUN_STORE_H_
