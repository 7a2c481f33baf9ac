// The way back of a unit's enablement and state.
#ifndef SERVER_AGENT_STEPS_UNIT_UNDO_H_
#define SERVER_AGENT_STEPS_UNIT_UNDO_H_

#include <string>
#include <vector>

#include "server/agent/steps/record.h"
#include "server/agent/steps/step.h"
#include "server/agent/steps/systemctl.h"

namespace pe::agent {

// `before`: what the unit is now, before this step touches it. `files`: those that the step has put in place by now.
absl::StatusOr<std::string> UnitRecord(const provision::v1::Unit& unit, const UnitStatus& before,
                                       const std::vector<std::string>& files, StepContext& context);

// Enablement and state as before. UNDO_CONFLICT when either is no longer what the step left, or when one of its files
// is somebody else's by now: that unit is theirs to stop.
absl::Status UndoUnitState(const Record& record, StepContext& context);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_UNIT_UNDO_H_
