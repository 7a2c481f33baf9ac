// Whether a plan can be run at all: what comes from the other side is checked before anything acts on it.
#ifndef SERVER_AGENT_PLAN_CHECK_H_
#define SERVER_AGENT_PLAN_CHECK_H_

#include "absl/status/status.h"
#include "provision/agent/v1/agent.pb.h"

namespace pe::agent {

inline constexpr int kMostSteps = 20'000;
inline constexpr int kMostParallelism = 64;

// INVALID_ARGUMENT names the first step that is wrong: positions out of the plan, cycles, steps that wait for handlers
// or for steps that run later, notify of what is no handler.
absl::Status CheckPlan(const provision::agent::v1::Plan& plan);

}  // namespace pe::agent

#endif  // SERVER_AGENT_PLAN_CHECK_H_
