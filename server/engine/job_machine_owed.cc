// JobMachine: what earlier jobs owe to a host, and what this one leaves owed.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/mutant.h"
#include "server/engine/job_machine.h"

namespace pe {

using provision::v1::Job;
using provision::v1::StepStatus;

bool JobMachine::WantsOwed(int target) const {
  return !runs_[target].planned && !runs_[target].undoing && job_.mode() != Job::ROLLBACK;
}

// But for those that an earlier stage has had.
void JobMachine::AddOwed(int target, const std::vector<OwedHandler>& owed, PlanInput* input) const {
  const auto& steps = job_.targets(target).steps();
  for (const StepStatus& step : steps) input->owed_before += step.id() != OwedId(step.id());
  for (const OwedHandler& one : owed) {
    const bool had = std::any_of(steps.begin(), steps.end(), [&](const StepStatus& step) {
      return step.inherited_from() == one.job && OwedId(step.id()) == one.handler;
    });
    if (!had) input->owed.push_back(one);
  }
}

void JobMachine::SettleOwed(int target, int step, Now now) {
  const StepStatus& status = job_.targets(target).steps(step);
  if (job_.mode() != Job::APPLY || !EndedWell(status.state()))
    return;  // what has not is looked at when the target ends
  for (Obligation& settled : Inherited(job_.targets(target), status, now.wall))
    out_.obligations.push_back(std::move(settled));
}

// What has been undone needs no handler.
void JobMachine::OweAtEnd(int target, Job::State state, Now now) {
  if (PE_MUTANT(forget_inherited_handler)) return;
  for (Obligation& owed : OwedAtEnd(job_, target, now.wall)) {
    const bool own = owed.handler.job() == job_.name();
    if (!own || state != Job::ROLLED_BACK) out_.obligations.push_back(std::move(owed));
  }
  const UndoneTarget& undone = runs_[target].undone;
  if (job_.mode() != Job::ROLLBACK || state != Job::SUCCEEDED) return;
  Job parent;
  parent.set_name(absl::StrCat("jobs/", undone.job));
  for (const StepStatus& step : undone.done.steps()) {
    if (step.handler()) out_.obligations.push_back(NotOwed(parent, undone.done, step));
  }
}

}  // namespace pe
