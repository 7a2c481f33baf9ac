#include "server/agent/plan_check.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace pe::agent {
namespace {

using provision::agent::v1::Plan;
using provision::agent::v1::PlanStep;

absl::Status Bad(const PlanStep& step, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("step '", step.id(), "': ", what));
}

absl::Status CheckStep(const Plan& plan, int position) {
  const PlanStep& step = plan.steps(position);
  if (step.handler() && step.last()) return Bad(step, "is both a handler and a last step");
  if (step.attempts() < 0 || step.timeout_us() < 0 || step.backoff_us() < 0 || step.max_backoff_us() < 0 ||
      step.guard_us() < 0) {
    return Bad(step, "has a negative timeout, pause or number of attempts");
  }
  for (const int after : step.after()) {
    if (after < 0 || after >= plan.steps_size())
      return Bad(step, absl::StrCat("comes after position ", after, ", which the plan does not have"));
    if (!step.last() && (plan.steps(after).last() || plan.steps(after).handler())) {
      return Bad(step, absl::StrCat("comes after '", plan.steps(after).id(), "', which runs later"));
    }
  }
  for (const int handler : step.notify()) {
    if (handler < 0 || handler >= plan.steps_size() || !plan.steps(handler).handler()) {
      return Bad(step, absl::StrCat("notifies position ", handler, ", which is no handler"));
    }
  }
  return absl::OkStatus();
}

// Kahn: takes away what has no open predecessor; what is left lies on a cycle.
absl::Status CheckCycles(const Plan& plan) {
  std::vector<int> open(static_cast<size_t>(plan.steps_size()));
  std::vector<std::vector<int>> next(open.size());
  std::vector<int> ready;
  for (int i = 0; i < plan.steps_size(); ++i) {
    open[i] = plan.steps(i).after_size();
    for (const int after : plan.steps(i).after()) next[after].push_back(i);
    if (open[i] == 0) ready.push_back(i);
  }
  for (size_t at = 0; at < ready.size(); ++at) {
    for (const int follower : next[ready[at]]) {
      if (--open[follower] == 0) ready.push_back(follower);
    }
  }
  for (int i = 0; i < plan.steps_size(); ++i) {
    if (open[i] > 0) return Bad(plan.steps(i), "comes, by way of others, after itself");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPlan(const Plan& plan) {
  if (plan.run().empty()) return absl::InvalidArgumentError("the plan names no run");
  if (plan.steps_size() > kMostSteps) {
    return absl::InvalidArgumentError(
        absl::StrCat("the plan has ", plan.steps_size(), " steps; at most ", kMostSteps, " are run"));
  }
  if (plan.parallelism() < 0 || plan.parallelism() > kMostParallelism || plan.output_bound() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("parallelism must be 0 to ", kMostParallelism, " and the output bound not negative"));
  }
  for (int i = 0; i < plan.steps_size(); ++i) PE_RETURN_IF_ERROR(CheckStep(plan, i));
  return CheckCycles(plan);
}

}  // namespace pe::agent
