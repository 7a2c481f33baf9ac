#include "server/engine/fold.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "base/undo_limits.h"
#include "server/engine/proto_time.h"
#include "server/engine/rollback.h"
#include "server/engine/transitions.h"

namespace pe {
namespace {

using provision::v1::Event;
using provision::v1::Job;
using provision::v1::StepCounts;
using provision::v1::StepStatus;
using provision::v1::Target;

// The counter of a state within StepCounts.
void Count(StepStatus::State state, int by, StepCounts* c) {
  switch (state) {
    case StepStatus::RUNNING:
    case StepStatus::RETRYING:
      c->set_running(c->running() + by);
      break;
    case StepStatus::UNCHANGED:
      c->set_unchanged(c->unchanged() + by);
      break;
    case StepStatus::CHANGED:
      c->set_changed(c->changed() + by);
      break;
    case StepStatus::SKIPPED:
      c->set_skipped(c->skipped() + by);
      break;
    case StepStatus::FAILED:
    case StepStatus::OUTCOME_UNKNOWN:
      c->set_failed(c->failed() + by);
      break;
    case StepStatus::CANCELLED:
      c->set_cancelled(c->cancelled() + by);
      break;
    case StepStatus::UNDONE:
      c->set_undone(c->undone() + by);
      break;
    default:
      c->set_pending(c->pending() + by);
      break;
  }
}

absl::Status FoldJobState(const Event& event, Job* job) {
  const auto& change = event.state();
  if (!Allowed(kJobTransitions, job->state(), change.state())) {
    return absl::InternalError(
        absl::StrCat("job cannot go from ", Job::State_Name(job->state()), " to ", Job::State_Name(change.state())));
  }
  job->set_state(change.state());
  job->set_reason(change.reason());
  if (change.admission() != 0) job->set_admission(change.admission());
  if (change.state() == Job::PLANNING && !job->has_start_time()) *job->mutable_start_time() = event.time();
  if (!IsTerminal(change.state())) return absl::OkStatus();
  *job->mutable_end_time() = event.time();
  const bool undoable = std::any_of(job->targets().begin(), job->targets().end(), AnythingUndoable);
  if (undoable && change.state() != Job::ROLLED_BACK)
    *job->mutable_undo_until() = ToTimestamp(ToMicros(event.time()) + UndoLimits().age_us);
  return absl::OkStatus();
}

absl::Status FoldTargetState(const Event& event, Target* target) {
  const auto& change = event.state();
  if (!Allowed(kJobTransitions, target->state(), change.state())) {
    return absl::InternalError(absl::StrCat("target cannot go from ", Job::State_Name(target->state()), " to ",
                                            Job::State_Name(change.state())));
  }
  target->set_state(change.state());
  target->set_reason(change.reason());
  target->set_reason_code(change.reason_code());
  if (!change.transport().empty()) target->set_transport(change.transport());
  if (change.state() == Job::PLANNING && !target->has_start_time()) *target->mutable_start_time() = event.time();
  if (IsTerminal(change.state())) *target->mutable_end_time() = event.time();
  return absl::OkStatus();
}

void FoldPlanned(const Event& event, Job* job, Target* target) {
  target->set_stage(event.planned().stage());
  target->set_stages(event.planned().stages());
  for (const StepStatus& step : event.planned().steps()) {
    *target->add_steps() = step;
    for (StepCounts* counts : {target->mutable_counts(), job->mutable_counts()}) {
      counts->set_total(counts->total() + 1);
      Count(step.state(), 1, counts);
    }
  }
}

absl::Status FoldStepState(const Event& event, Job* job, Target* target, StepStatus* step) {
  const auto& change = event.step_state();
  if (!Allowed(kStepTransitions, step->state(), change.state())) {
    return absl::InternalError(absl::StrCat("step '", step->id(), "' cannot go from ",
                                            StepStatus::State_Name(step->state()), " to ",
                                            StepStatus::State_Name(change.state())));
  }
  for (StepCounts* counts : {target->mutable_counts(), job->mutable_counts()}) {
    Count(step->state(), -1, counts);
    Count(change.state(), 1, counts);
  }
  if (change.state() == StepStatus::CHANGED && job->mode() == Job::PLAN)
    job->set_planned_changes(job->planned_changes() + 1);
  const bool begins = !step->has_start_time() || event.attempt() > step->attempt();
  if (begins && change.state() != StepStatus::SKIPPED) *step->mutable_start_time() = event.time();
  step->set_state(change.state());
  step->set_reason(change.reason());
  if (event.attempt() > 0) step->set_attempt(event.attempt());
  if (change.has_result()) *step->mutable_result() = change.result();
  if (change.has_next_attempt_time()) {
    *step->mutable_next_attempt_time() = change.next_attempt_time();
  } else {
    step->clear_next_attempt_time();
  }
  if (IsTerminal(change.state())) {
    *step->mutable_end_time() = event.time();
    step->clear_progress();
  }
  return absl::OkStatus();
}

absl::Status FoldStep(const Event& event, Job* job, Target* target) {
  StepStatus* step = target->mutable_steps(event.step());
  switch (event.payload_case()) {
    case Event::kStepState:
      return FoldStepState(event, job, target, step);
    case Event::kProgress:
      *step->mutable_progress() = event.progress();
      break;
    case Event::kDiff:
      step->set_diff(Shorten(event.diff().text(), kMaxStoredDiff));
      break;
    default:
      break;  // output and warnings are in the log only
  }
  return absl::OkStatus();
}

absl::Status FoldTarget(const Event& event, Job* job) {
  Target* target = job->mutable_targets(event.target());
  switch (event.payload_case()) {
    case Event::kState:
      return FoldTargetState(event, target);
    case Event::kPlanned:
      FoldPlanned(event, job, target);
      break;
    case Event::kFacts:
      *target->mutable_facts() = event.facts();
      break;
    case Event::kHandlers:
      *target->mutable_pending_handlers() = event.handlers().pending();
      break;
    default:
      break;
  }
  return absl::OkStatus();
}

absl::Status FoldWave(const Event& event, Job* job) {
  const auto& change = event.wave();
  if (change.wave() < 0 || change.wave() >= job->waves_size())
    return absl::InternalError(absl::StrCat("no wave ", change.wave()));
  auto* wave = job->mutable_waves(change.wave());
  if (!Allowed(kWaveTransitions, wave->state(), change.state())) {
    return absl::InternalError(absl::StrCat("wave ", change.wave(), " cannot go from ", Job::State_Name(wave->state()),
                                            " to ", Job::State_Name(change.state())));
  }
  wave->set_state(change.state());
  wave->set_reason(change.reason());
  wave->set_reason_code(change.reason_code());
  if (change.state() == Job::RUNNING && !wave->has_start_time()) *wave->mutable_start_time() = event.time();
  if (IsTerminal(change.state())) *wave->mutable_end_time() = event.time();
  return absl::OkStatus();
}

absl::Status FoldJob(const Event& event, Job* job) {
  switch (event.payload_case()) {
    case Event::kCreated:
      *job = event.created().job();
      break;
    case Event::kState:
      return FoldJobState(event, job);
    case Event::kApproval:
      *job->mutable_approval() = event.approval();
      break;
    case Event::kCancelRequested:
      job->set_cancel_requested(true);
      break;
    case Event::kWave:
      return FoldWave(event, job);
    case Event::kPause:
      job->set_pause_requested(event.pause().paused());
      break;
    default:
      break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Fold(const Event& event, Job* job) {
  if (event.seq() != job->last_seq() + 1) {
    return absl::InternalError(absl::StrCat("event ", event.seq(), " does not follow ", job->last_seq()));
  }
  if (event.target() >= job->targets_size()) return absl::InternalError(absl::StrCat("no target ", event.target()));
  if (event.target() >= 0 && event.step() >= job->targets(event.target()).steps_size()) {
    return absl::InternalError(absl::StrCat("no step ", event.step(), " on target ", event.target()));
  }
  absl::Status status = event.target() < 0 ? FoldJob(event, job)
                        : event.step() < 0 ? FoldTarget(event, job)
                                           : FoldStep(event, job, job->mutable_targets(event.target()));
  if (status.ok()) job->set_last_seq(event.seq());
  return status;
}

Job BasicView(const Job& job) {
  Job out = SummaryOf(job);
  for (const Target& target : job.targets()) {
    Target* copy = out.add_targets();
    copy->set_resource(target.resource());
    copy->set_address(target.address());
    copy->set_state(target.state());
    copy->set_reason(target.reason());
    copy->set_reason_code(target.reason_code());
    copy->set_transport(target.transport());
    copy->set_stage(target.stage());
    copy->set_stages(target.stages());
    copy->set_wave(target.wave());
    *copy->mutable_pending_handlers() = target.pending_handlers();
    if (target.has_counts()) *copy->mutable_counts() = target.counts();
    if (target.has_start_time()) *copy->mutable_start_time() = target.start_time();
    if (target.has_end_time()) *copy->mutable_end_time() = target.end_time();
  }
  return out;
}

Job SummaryOf(const Job& job) {
  Job out;
  out.set_name(job.name());
  out.set_state(job.state());
  out.set_reason(job.reason());
  out.set_mode(job.mode());
  out.set_environment(job.environment());
  out.set_on_failure(job.on_failure());
  out.set_parallelism(job.parallelism());
  out.set_parent(job.parent());
  out.set_root(job.root());
  out.set_traceparent(job.traceparent());
  out.set_last_seq(job.last_seq());
  out.set_service(job.service());
  out.set_version(job.version());
  out.set_admission(job.admission());
  out.set_cancel_requested(job.cancel_requested());
  out.set_planned_changes(job.planned_changes());
  out.set_from_step(job.from_step());
  *out.mutable_waves() = job.waves();
  out.set_pause_requested(job.pause_requested());
  if (job.has_create_time()) *out.mutable_create_time() = job.create_time();
  if (job.has_start_time()) *out.mutable_start_time() = job.start_time();
  if (job.has_end_time()) *out.mutable_end_time() = job.end_time();
  if (job.has_deadline()) *out.mutable_deadline() = job.deadline();
  if (job.has_undo_until()) *out.mutable_undo_until() = job.undo_until();
  if (job.has_counts()) *out.mutable_counts() = job.counts();
  if (job.has_approval()) *out.mutable_approval() = job.approval();
  if (job.has_rollout()) *out.mutable_rollout() = job.rollout();
  return out;
}

}  // namespace pe
