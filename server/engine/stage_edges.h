// StageEntry and the edges between them: which comes after which, which notifies which. Pure; thread-safe.
#ifndef SERVER_ENGINE_STAGE_EDGES_H_
#define SERVER_ENGINE_STAGE_EDGES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/engine/outline.h"
#include "server/engine/planner.h"

namespace pe {

// One line of a stage's plan while it is made.
struct StageEntry {
  PlannedStep planned;
  int node = -1;                    // of the outline; -1 for a handler
  std::vector<std::string> notify;  // ids of handlers
  bool sent() const { return planned.status.state() == provision::v1::StepStatus::PENDING; }
};

// Sets `after` and `notify`, and the indices. What comes after a skipped step comes after what that one came after;
// what comes after a step of an earlier stage needs no edge: that stage has ended. RESOURCE_EXHAUSTED when there are
// too many edges.
absl::Status ConnectEntries(const Outline& outline, int first_index, std::vector<StageEntry>* entries);

}  // namespace pe

#endif  // SERVER_ENGINE_STAGE_EDGES_H_
