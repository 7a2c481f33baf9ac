// Step types without a host: exec steps whose first word says how they behave. What was applied is remembered, so that
// a second run is unchanged.
//   anything else   not right until applied
//   right           already right
//   fail            Apply fails
//   once-only       as the first, but not idempotent
//   say TEXT        Apply writes TEXT to the output
//   undoable        keeps an undo record; undoing makes it not right again
//   block           Apply waits for its token; Started() tells when it does
#ifndef TESTS_UNIT_AGENT_RUNTIME_FAKE_STEPS_H_
#define TESTS_UNIT_AGENT_RUNTIME_FAKE_STEPS_H_

#include <map>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

class FakeSteps final : public StepType {
 public:
  static FakeSteps& Get() {
    static FakeSteps steps;
    return steps;
  }
  static const StepType* Find(const provision::v1::StepBody& body) { return body.has_exec() ? &Get() : nullptr; }

  void Reset() {
    MutexLock lock(&mu_);
    applied_.clear();
    undone_.clear();
    blocked_ = 0;
  }
  std::map<std::string, int> undone() const {
    MutexLock lock(&mu_);
    return undone_;
  }
  std::map<std::string, int> applied() const {
    MutexLock lock(&mu_);
    return applied_;
  }
  // Waits until `count` blocking steps have begun to apply.
  void AwaitBlocked(int count) const {
    MutexLock lock(&mu_);
    while (blocked_ < count) changed_.Wait(&mu_);
  }

  absl::StatusOr<Observation> Observe(const provision::v1::StepBody& body, StepContext&) const override {
    Observation out;
    MutexLock lock(&mu_);
    out.right = Word(body) == "right" || applied_.count(Word(body)) > 0;
    out.summary = out.right ? "it is there" : "it is not there";
    if (!out.right) out.diff = "+" + Word(body) + "\n";
    return out;
  }
  absl::StatusOr<Applied> Apply(const provision::v1::StepBody& body, const Observation&,
                                StepContext& context) const override {
    const std::string word = Word(body);
    if (word == "fail") return StepError(absl::StatusCode::kInternal, "FAKE", "it broke", "mend it", 3);
    if (word == "undoable") PE_RETURN_IF_ERROR(context.undo.Record("before"));
    if (word == "say") context.reporter.Output(1, body.exec().argv(1));
    if (word == "block") {
      {
        MutexLock lock(&mu_);
        ++blocked_;
        changed_.SignalAll();
      }
      MutexLock lock(&mu_);
      while (!context.cancel.set()) changed_.WaitFor(&mu_, 1000);
      return absl::AbortedError("interrupted");
    }
    MutexLock lock(&mu_);
    ++applied_[word];
    return Applied{.message = "made"};
  }
  absl::Status Undo(const provision::v1::StepBody& body, absl::string_view, StepContext&) const override {
    MutexLock lock(&mu_);
    ++undone_[Word(body)];
    applied_.erase(Word(body));
    return absl::OkStatus();
  }
  bool Idempotent(const provision::v1::StepBody& body) const override { return Word(body) != "once-only"; }

 private:
  static std::string Word(const provision::v1::StepBody& body) { return body.exec().argv(0); }
  mutable Mutex mu_;
  mutable CondVar changed_;
  mutable std::map<std::string, int> applied_;
  mutable std::map<std::string, int> undone_;
  mutable int blocked_ = 0;
};

}  // namespace pe::agent

#endif  // TESTS_UNIT_AGENT_RUNTIME_FAKE_STEPS_H_
