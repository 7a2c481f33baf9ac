// Plans for tests, written as a sentence: PlanMaker().Step("a").Retry(3, 10, 2, 0).Step("b", {0}).Handler("h"). Methods
// after a step are about that step. Positions and indices are the same.
#ifndef TESTS_UNIT_AGENT_RUNTIME_PLAN_MAKER_H_
#define TESTS_UNIT_AGENT_RUNTIME_PLAN_MAKER_H_

#include <string>
#include <vector>

#include "provision/agent/v1/agent.pb.h"

namespace pe::agent {

class PlanMaker {
 public:
  explicit PlanMaker(const std::string& run = "job/0/0") { plan_.set_run(run); }

  PlanMaker& Step(const std::string& id, const std::vector<int>& after = {}) {
    auto& step = *plan_.add_steps();
    step.set_index(plan_.steps_size() - 1);
    step.set_id(id);
    step.mutable_body()->mutable_exec()->add_argv(id);
    for (const int position : after) step.add_after(position);
    return *this;
  }
  PlanMaker& Handler(const std::string& id) {
    Step(id);
    last().set_handler(true);
    return *this;
  }
  PlanMaker& Notify(const std::vector<int>& handlers) {
    for (const int position : handlers) last().add_notify(position);
    return *this;
  }
  PlanMaker& Retry(int attempts, int64_t backoff_us, double multiplier, int64_t max_us) {
    last().set_attempts(attempts);
    last().set_backoff_us(backoff_us);
    last().set_multiplier(multiplier);
    last().set_max_backoff_us(max_us);
    return *this;
  }
  PlanMaker& Timeout(int64_t us) { return last().set_timeout_us(us), *this; }
  PlanMaker& ContinueOnFailure() { return last().set_continue_on_failure(true), *this; }
  PlanMaker& Notified() { return last().set_notified(true), *this; }
  PlanMaker& Last() { return last().set_last(true), *this; }
  PlanMaker& Secrets() { return last().set_has_secrets(true), *this; }
  PlanMaker& Parallelism(int n) { return plan_.set_parallelism(n), *this; }
  PlanMaker& ObserveOnly() { return plan_.set_observe_only(true), *this; }
  provision::agent::v1::PlanStep& last() { return *plan_.mutable_steps(plan_.steps_size() - 1); }
  const provision::agent::v1::Plan& plan() const { return plan_; }

 private:
  provision::agent::v1::Plan plan_;
};

}  // namespace pe::agent

#endif  // TESTS_UNIT_AGENT_RUNTIME_PLAN_MAKER_H_
