// Plans of real steps below a folder of the test.
#ifndef TESTS_INTEGRATION_AGENT_PLANS_H_
#define TESTS_INTEGRATION_AGENT_PLANS_H_

#include <string>
#include <vector>

#include "provision/agent/v1/agent.pb.h"

namespace pe::agent {

class RealPlan {
 public:
  explicit RealPlan(const std::string& run) { plan_.set_run(run); }
  RealPlan& File(const std::string& path, const std::string& content) {
    Add()->mutable_file()->set_path(path);
    body_->mutable_file()->set_content(content);
    return *this;
  }
  RealPlan& Directory(const std::string& path) { return Add()->mutable_directory()->set_path(path), *this; }
  RealPlan& Exec(const std::vector<std::string>& argv) {
    Add();
    for (const std::string& word : argv) body_->mutable_exec()->add_argv(word);
    return *this;
  }
  const provision::agent::v1::Plan& plan() const { return plan_; }

 private:
  // In order: each after the one before.
  provision::v1::StepBody* Add() {
    auto& step = *plan_.add_steps();
    step.set_index(plan_.steps_size() - 1);
    step.set_id("s" + std::to_string(step.index()));
    if (step.index() > 0) step.add_after(step.index() - 1);
    return body_ = step.mutable_body();
  }
  provision::agent::v1::Plan plan_;
  provision::v1::StepBody* body_ = nullptr;
};

}  // namespace pe::agent

#endif  // TESTS_INTEGRATION_AGENT_PLANS_H_
