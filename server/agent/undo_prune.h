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

// The folders below `path`; none when it is not there.
absl::StatusOr<std::vector<KeptUndo>> ListUndo(const std::string& path);

}  // namespace pe::agent

#endif  // SERVER_AGENT_UNDO_PRUNE_H_
