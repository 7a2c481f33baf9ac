// JobMachine: undoing what a target's stages have changed, from the last stage to the first: a whole job of mode
// ROLLBACK, or what follows a failure when on_failure says so.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/engine/job_machine.h"
#include "server/engine/rollback.h"
#include "server/engine/transitions.h"

namespace pe {

using provision::v1::Event;
using provision::v1::Job;
using provision::v1::Step;
using provision::v1::StepStatus;

// The policy of the step that failed, else the job's.
bool JobMachine::WantsRollback(int target) const {
  if (job_.mode() != Job::APPLY || job_.cancel_requested() || timed_out_) return false;
  for (const StepStatus& step : job_.targets(target).steps()) {
    if (step.state() != StepStatus::FAILED && step.state() != StepStatus::OUTCOME_UNKNOWN) continue;
    for (const Step& of_spec : job_.spec().steps()) {
      if (of_spec.id() == step.id() && of_spec.on_failure() != Step::ON_FAILURE_UNSPECIFIED)
        return of_spec.on_failure() == Step::ROLLBACK;
    }
  }
  return job_.on_failure() == Step::ROLLBACK;
}

void JobMachine::BeginUndo(int target, Now now) {
  Run& run = runs_[target];
  run.undoing = true;
  SetTargetState(target, Job::ROLLING_BACK, WhyFailed(target), "STEP_FAILED", now);
  run.planned = false;
  run.last_report = 0;
  StoreRun(target);
  PlanUndoStage(target, now);
}

// REQUIRES: connected to the place of the current stage. Makes, stores and sends its undo plan; without one, goes on to
// the stage before. False when the target has ended by it.
bool JobMachine::PlanUndoStage(int target, Now now) {
  Run& run = runs_[target];
  const auto& status = job_.targets(target);
  const bool own = job_.mode() != Job::ROLLBACK;
  StagePlan plan = own ? PlanUndo(status, StageRun(id().str(), target, run.stage), run.stage, status.steps_size())
                       : PlanUndo(run.undone.done, StageRun(run.undone.job, run.undone.target, run.stage), run.stage,
                                  status.steps_size());
  Event event;
  event.set_target(target);
  event.set_step(-1);
  event.mutable_planned()->set_stage(run.stage);
  event.mutable_planned()->set_stages(static_cast<int>(run.places.size()));
  run.plan.Clear();
  run.plan.set_run(RunId(target));
  for (PlannedStep& step : plan.steps) {
    *event.mutable_planned()->add_steps() = std::move(step.status);
    *run.plan.add_steps() = std::move(step.step);
  }
  if (!plan.steps.empty()) Record(std::move(event), now);
  for (provision::v1::Warning& warning : plan.warnings) {
    Event note;
    note.set_target(target);
    note.set_step(-1);
    *note.mutable_warning() = std::move(warning);
    Record(std::move(note), now);
  }
  if (!own) SetTargetState(target, Job::RUNNING, "", "", now);
  run.last_report = 0;
  if (run.plan.steps_size() == 0) {
    UndoStageDone(target, now);
    return runs_[target].phase != Phase::kEnded;
  }
  run.planned = true;
  out_.private_rows[absl::StrCat("plan/", target)] = run.plan.SerializeAsString();
  StoreRun(target);
  out_.effects.push_back(RunEffect{PeerOf(target), run.plan});
  return true;
}

// A host that stays away. What it was sent it may go on with, so that nobody knows what of it is undone.
void JobMachine::GiveUpRollback(int target, const CloseReason& reason, Now now) {
  const bool hurried = job_.cancel_requested() || timed_out_;
  std::vector<std::string> unknown;
  for (int i = 0; i < job_.targets(target).steps_size(); ++i) {
    const StepStatus& step = job_.targets(target).steps(i);
    if (step.section() != kRollbackSection || IsTerminal(step.state())) continue;
    unknown.push_back(step.id());
    for (const auto state : {StepStatus::RUNNING, StepStatus::OUTCOME_UNKNOWN}) {
      if (job_.targets(target).steps(i).state() == state) continue;
      Event event;
      event.set_target(target);
      event.set_step(i);
      event.mutable_step_state()->set_state(state);
      event.mutable_step_state()->set_reason("the host was lost while it rolled back; it may go on by itself");
      Record(std::move(event), now);
    }
  }
  const std::string limit =
      hurried ? absl::StrCat(limits_.cancel_reconnect_us / kMicrosPerSecond, " s after it was to be stopped")
              : absl::StrCat(limits_.reconnect_us / kMicrosPerSecond, " s");
  const std::string why = WhyFailed(target);
  EndTarget(target, Job::ROLLBACK_FAILED,
            absl::StrCat(why, "; the host did not answer for ", limit, " while it rolled back (", reason.message, ")",
                         unknown.empty() ? "; nothing of the rollback had reached it"
                                         : absl::StrCat("; not known to be undone: ", absl::StrJoin(unknown, ", "))),
            "UNREACHABLE_IN_ROLLBACK", now);
}

void JobMachine::UndoStageDone(int target, Now now) {
  Run& run = runs_[target];
  if (run.stage > 0) return GoToStage(target, run.stage - 1);
  bool all = true;
  for (const StepStatus& step : job_.targets(target).steps()) {
    const bool undo = step.section() == kRollbackSection;
    all = all && (!undo || step.state() == StepStatus::UNDONE || step.state() == StepStatus::UNCHANGED);
  }
  if (job_.mode() == Job::ROLLBACK) {
    return all ? EndTarget(target, Job::SUCCEEDED, "", "", now)
               : EndTarget(target, Job::FAILED, WhyFailed(target), "STEP_FAILED", now);
  }
  EndTarget(target, all ? Job::ROLLED_BACK : Job::ROLLBACK_FAILED, WhyFailed(target), "STEP_FAILED", now);
}

}  // namespace pe
