// RunStore: what the agent keeps on disk: its engine and epoch, the journal (with the plan) of every run, and what
// steps replaced (undo). Everything root-only (0700, 0600). Behind an interface, so that a simulation can lose what was
// not synced.
//
// Thread rule: thread-safe; RunFile is thread-compatible.
#ifndef SERVER_AGENT_RUN_STORE_H_
#define SERVER_AGENT_RUN_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/undo_limits.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

// The engine that last used this agent, and its highest epoch.
struct Owner {
  std::string engine_id;
  int64_t epoch = 0;
};

struct StoredRun {
  std::string run;
  std::string journal;  // records, the first two kRun and kPlan; a torn tail was cut away
};

// A run's journal, open for appending.
class RunFile {
 public:
  virtual ~RunFile() = default;
  // `durable`: on disk when it returns, with everything before it; else it survives the agent but not the host.
  virtual absl::Status Append(absl::string_view bytes, bool durable) = 0;
};

// What a step has kept, to be undone. What has been undone is marked, so that it is not undone twice.
class UndoSource {
 public:
  struct Kept {
    provision::v1::StepBody body;
    std::vector<std::string> records;  // not undone yet, newest first
    bool dropped = false;              // there is no trace of it: it was kept too long ago
  };
  virtual ~UndoSource() = default;
  // No records: nothing was kept, or all of it is undone. DATA_LOSS when it is damaged.
  virtual absl::StatusOr<Kept> Load() = 0;
  // The newest record that Load returned is undone; durable when it returns.
  virtual absl::Status MarkUndone() = 0;
  // For contents that records name.
  virtual UndoStore& contents() = 0;
};

class RunStore {
 public:
  virtual ~RunStore() = default;
  virtual absl::StatusOr<Owner> LoadOwner() = 0;
  virtual absl::Status SaveOwner(const Owner& owner) = 0;  // durable
  virtual absl::StatusOr<std::vector<StoredRun>> LoadRuns() = 0;
  // Begins with `journal`, not durable yet. Replaces an older run of this id.
  virtual absl::StatusOr<std::unique_ptr<RunFile>> Create(const StoredRun& run) = 0;
  // To go on with a run that LoadRuns has returned.
  virtual absl::StatusOr<std::unique_ptr<RunFile>> Reopen(const StoredRun& run) = 0;
  // The journal goes (not durably: one that comes back is forgotten again); undo records stay. Unknown runs are
  // forgotten already.
  virtual absl::Status Forget(const std::string& run) = 0;
  // Where a step keeps what it replaces; nothing is written before the first Record or KeepContent. `index`:
  // PlanStep.index. `body`: the step's, without values of secrets, kept with the first record.
  virtual std::unique_ptr<UndoStore> Undo(const std::string& run, int index, const provision::v1::StepBody& body) = 0;
  // Drops undo records beyond the limits, but for those of the runs in `spared`. `ended`: the run whose records are
  // complete now; only they are measured anew, so the cost is that of the run and not of all that is kept.
  virtual absl::Status PruneUndo(const std::string& ended, const std::vector<std::string>& spared, WallMicros now,
                                 const UndoLimits& limits) = 0;
  // What a step of any earlier run has kept.
  virtual std::unique_ptr<UndoSource> UndoOf(const std::string& run, int index) = 0;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_RUN_STORE_H_
