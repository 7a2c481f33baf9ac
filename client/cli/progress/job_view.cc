#include "client/cli/progress/job_view.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

using provision::v1::Event;
using provision::v1::Job;
using provision::v1::StepCounts;
using provision::v1::StepStatus;
using provision::v1::Target;

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

template <typename Timed>
void NoteTimes(const Event& event, Job::State state, Timed* timed) {
  if (state == Job::PLANNING && !timed->has_start_time()) *timed->mutable_start_time() = event.time();
  if (IsTerminal(state)) *timed->mutable_end_time() = event.time();
}

}  // namespace

const Target* JobView::target(const Event& event) const {
  if (event.target() < 0 || event.target() >= job_.targets_size()) return nullptr;
  return &job_.targets(event.target());
}

const StepStatus* JobView::step(const Event& event) const {
  const Target* const on = target(event);
  if (on == nullptr || event.step() < 0 || event.step() >= on->steps_size()) return nullptr;
  return &on->steps(event.step());
}

const StepLog* JobView::log(int target, int step) const {
  const auto it = logs_.find({target, step});
  return it == logs_.end() ? nullptr : &it->second;
}

void JobView::Apply(const Event& event) {
  for (const auto& key : ended_well_) logs_.erase(key);
  ended_well_.clear();
  // What the snapshot already has is not folded twice; its output is not in a snapshot.
  if (event.seq() <= job_.last_seq() && !event.has_output()) return;
  job_.set_last_seq(std::max(job_.last_seq(), event.seq()));
  if (event.target() < 0) return ApplyToJob(event);
  if (target(event) == nullptr) return;
  Target* const on = job_.mutable_targets(event.target());
  if (event.step() < 0) return ApplyToTarget(event, on);
  if (step(event) != nullptr) ApplyToStep(event, on, on->mutable_steps(event.step()));
}

void JobView::ApplyToJob(const Event& event) {
  switch (event.payload_case()) {
    case Event::kCreated:
      job_ = event.created().job();
      job_.set_last_seq(event.seq());
      break;
    case Event::kState:
      job_.set_state(event.state().state());
      job_.set_reason(event.state().reason());
      if (event.state().admission() != 0) job_.set_admission(event.state().admission());
      NoteTimes(event, event.state().state(), &job_);
      break;
    case Event::kCancelRequested:
      job_.set_cancel_requested(true);
      break;
    case Event::kPause:
      job_.set_pause_requested(event.pause().paused());
      break;
    case Event::kWave: {
      if (event.wave().wave() < 0 || event.wave().wave() >= job_.waves_size()) break;
      auto* const wave = job_.mutable_waves(event.wave().wave());
      wave->set_state(event.wave().state());
      wave->set_reason(event.wave().reason());
      wave->set_reason_code(event.wave().reason_code());
      break;
    }
    default:
      break;
  }
}

void JobView::ApplyToTarget(const Event& event, Target* target) {
  switch (event.payload_case()) {
    case Event::kState:
      target->set_state(event.state().state());
      target->set_reason(event.state().reason());
      target->set_reason_code(event.state().reason_code());
      if (!event.state().transport().empty()) target->set_transport(event.state().transport());
      NoteTimes(event, event.state().state(), target);
      break;
    case Event::kPlanned:
      target->set_stage(event.planned().stage());
      target->set_stages(event.planned().stages());
      for (const StepStatus& step : event.planned().steps()) {
        *target->add_steps() = step;
        for (StepCounts* counts : {target->mutable_counts(), job_.mutable_counts()}) {
          counts->set_total(counts->total() + 1);
          Count(step.state(), 1, counts);
        }
      }
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
}

void JobView::ApplyToStep(const Event& event, Target* target, StepStatus* step) {
  StepLog* const log =
      event.has_output() || event.has_output_elided() ? &logs_[{event.target(), event.step()}] : nullptr;
  switch (event.payload_case()) {
    case Event::kStepState:
      ApplyStepState(event, target, step);
      break;
    case Event::kProgress:
      *step->mutable_progress() = event.progress();
      break;
    case Event::kDiff:
      step->set_diff(event.diff().text());
      break;
    case Event::kOutput:
      log->Add(event.output());
      break;
    case Event::kOutputElided:
      log->AddLine(absl::StrCat("(", event.output_elided().bytes(), " bytes of output are no longer kept)"));
      break;
    default:
      break;
  }
}

void JobView::ApplyStepState(const Event& event, Target* target, StepStatus* step) {
  const auto& change = event.step_state();
  const std::pair<int, int> key{event.target(), event.step()};
  for (StepCounts* counts : {target->mutable_counts(), job_.mutable_counts()}) {
    Count(step->state(), -1, counts);
    Count(change.state(), 1, counts);
  }
  if (change.state() == StepStatus::CHANGED && job_.mode() == Job::PLAN)
    job_.set_planned_changes(job_.planned_changes() + 1);
  const bool begins = !step->has_start_time() || event.attempt() > step->attempt();
  if (begins && change.state() != StepStatus::SKIPPED) *step->mutable_start_time() = event.time();
  step->set_state(change.state());
  step->set_reason(change.reason());
  if (event.attempt() > 0) step->set_attempt(event.attempt());
  if (change.has_result()) *step->mutable_result() = change.result();
  step->clear_next_attempt_time();
  if (change.has_next_attempt_time()) *step->mutable_next_attempt_time() = change.next_attempt_time();
  if (!IsTerminal(change.state())) return;
  *step->mutable_end_time() = event.time();
  step->clear_progress();
  if (const auto it = logs_.find(key); it != logs_.end()) {
    it->second.Finish();
    if (!IsBad(change.state())) ended_well_.push_back(key);
  }
}

}  // namespace pe::cli
