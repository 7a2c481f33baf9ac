// States of a step as reports carry them; numbers equal those of provision.v1.StepStatus.State.
#ifndef SERVER_AGENT_STEP_STATE_H_
#define SERVER_AGENT_STEP_STATE_H_

#include <cstdint>

namespace pe::agent {

enum StepState : int32_t {
  kStepPending = 1,
  kStepWaiting = 2,
  kStepRunning = 3,
  kStepRetrying = 4,
  kStepUnchanged = 5,
  kStepChanged = 6,
  kStepSkipped = 7,
  kStepFailed = 8,
  kStepCancelled = 9,
  kStepUndone = 10,
  kStepOutcomeUnknown = 11,
};

constexpr bool IsTerminal(int32_t state) { return state >= kStepUnchanged; }
constexpr bool IsFailure(int32_t state) { return state == kStepFailed || state == kStepOutcomeUnknown; }

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEP_STATE_H_
