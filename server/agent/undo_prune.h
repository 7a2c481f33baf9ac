// Which undo records a host drops. What is on disk is disk_run_store's; this decides.
#ifndef SERVER_AGENT_UNDO_PRUNE_H_
#define SERVER_AGENT_UNDO_PRUNE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/undo_limits.h"

namespace pe::agent {

// One run's undo records.
struct KeptUndo {
  std::string name;
  WallMicros changed = 0;  // when something was last kept there
  int64_t bytes = 0;
};

// Names of those that go, for these limits.
std::vector<std::string> UndoToDrop(std::vector<KeptUndo> folders, WallMicros now, const UndoLimits& limits);

// What folder `name` below `root` holds: a stat of everything in it. `bytes` and `changed` are 0 when it is not there.
absl::StatusOr<KeptUndo> MeasureUndo(const std::string& root, const std::string& name);

}  // namespace pe::agent

#endif  // SERVER_AGENT_UNDO_PRUNE_H_
