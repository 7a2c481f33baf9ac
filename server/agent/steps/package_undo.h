// What a transaction of packages was, written down before it is run, and the way back: prior versions, best effort.
// Packages that were not there before are removed; their configuration files stay, as they may hold somebody's work.
#ifndef SERVER_AGENT_STEPS_PACKAGE_UNDO_H_
#define SERVER_AGENT_STEPS_PACKAGE_UNDO_H_

#include <string>
#include <vector>

#include "server/agent/steps/apt.h"
#include "server/agent/steps/record.h"

namespace pe::agent {

// `newly_held`: packages whose hold this step sets.
std::string PackageRecord(const std::vector<AptChange>& changes, const std::vector<std::string>& newly_held);

// UNDO_CONFLICT when a package is neither as before nor as the transaction left it, or when the way back would remove
// or change packages that the transaction did not touch.
absl::Status UndoPackages(absl::string_view record, StepContext& context);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_PACKAGE_UNDO_H_
