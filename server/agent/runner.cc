#include "server/agent/runner.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/mutant.h"
#include "server/agent/step_state.h"

namespace pe::agent {
namespace {

using provision::agent::v1::PlanStep;
using provision::agent::v1::Report;
using provision::agent::v1::RunDone;
using provision::agent::v1::StepReport;

constexpr int64_t kMostBackoffUs = 24LL * 3600 * kMicrosPerSecond;

// The pause after the `failed`-th attempt.
int64_t PauseAfter(const PlanStep& step, int failed) {
  if (PE_MUTANT(retry_without_backoff)) return 0;
  const double limit =
      step.max_backoff_us() > 0 ? static_cast<double>(step.max_backoff_us()) : static_cast<double>(kMostBackoffUs);
  const double factor = std::pow(std::max(1.0, step.multiplier()), failed - 1);
  return static_cast<int64_t>(std::min(static_cast<double>(step.backoff_us()) * factor, limit));
}

}  // namespace

Runner::Runner(const provision::agent::v1::Plan& plan) : plan_(plan), steps_(static_cast<size_t>(plan.steps_size())) {
  for (int i = 0; i < plan.steps_size(); ++i) {
    steps_[i].state = kStepPending;
    steps_[i].notified = plan.steps(i).handler() && plan.steps(i).notified();
  }
}

void Runner::RestoreEnded(int position, int attempt, int32_t state) {
  Step& step = steps_[position];
  step.state = state;
  step.attempt = attempt;
  step.interrupted = false;
  step.well = state == kStepUnchanged || state == kStepChanged || state == kStepSkipped;
  if (IsFailure(state) && first_failure_ < 0) first_failure_ = position;
  if (IsFailure(state) && stopped_by_ < 0 && !plan_.steps(position).continue_on_failure() && !plan_.observe_only()) {
    stopped_by_ = position;
  }
  if (state != kStepChanged) return;
  for (const int handler : plan_.steps(position).notify()) steps_[handler].notified = true;
}

void Runner::RestoreInterrupted(int position, int attempt) {
  steps_[position].attempt = std::max(attempt, 1) - 1;
  steps_[position].interrupted = true;
}

void Runner::Start(MonoMicros now, RunnerActions& out) {
  phase_ = Phase::kMain;
  Advance(now, out);
}

void Runner::OnAttemptEnded(int position, int attempt, AttemptEnd end, MonoMicros now, RunnerActions& out) {
  Step& step = steps_[position];
  if (step.state != kStepRunning || step.attempt != attempt) return;  // a second answer to the same start
  --running_;
  held_ -= step.held;
  step.held = step.held_changed = false;
  step.timer = 0;
  if (step.timed_out && !IsTerminal(end.report.state())) end.report.set_state(kStepFailed);
  if (step.timed_out && !end.restored && (end.report.state() == kStepFailed || end.report.state() == kStepCancelled) &&
      !cancelled_) {
    end.report.set_state(kStepFailed);
    end.report.set_error_code("TIMEOUT");
    const std::string seen = end.report.reason();  // by the step, when it was interrupted
    end.report.set_reason(absl::StrCat("attempt ", attempt, " took longer than ",
                                       plan_.steps(position).timeout_us() / kMicrosPerMilli, " ms",
                                       seen.empty() ? "" : ": ", seen));
    if (end.report.hint().empty())
      end.report.set_hint("raise the step's timeout, or see in its output what it waited for");
    end.retryable = true;
  }
  step.timed_out = false;
  if (end.report.state() == kStepFailed && plan_.observe_only() && end.retryable && DependsOnChange(position)) {
    end.report.set_message(absl::StrCat("not known before it runs (now: ", end.report.reason(), ")"));
    end.report.clear_reason();
    end.report.clear_error_code();
    end.report.clear_hint();
    end.report.set_state(kStepChanged);
  }
  if (end.report.state() == kStepFailed && end.retryable && !cancelled_ && attempt < Attempts(position)) {
    Retry(position, end.report, now, out);
  } else {
    End(position, std::move(end.report), out);
  }
  Advance(now, out);
}

void Runner::OnHeld(int position, bool changed, MonoMicros now, RunnerActions& out) {
  steps_[position].timer = 0;
  steps_[position].held_changed = changed;
  steps_[position].held = true;
  ++held_;
  Advance(now, out);
}

void Runner::TellHeld(int position, int64_t guard_us, RunnerActions& out) const {
  StepReport& report = *AddReport(position, out).mutable_step_state();
  report.set_state(kStepWaiting);
  report.set_guard_us(guard_us);
  report.set_reason(absl::StrCat("for the engine to reach the host over a new connection; else it is undone after ",
                                 guard_us / kMicrosPerSecond, " s"));
}

void Runner::OnSecrets(MonoMicros now, RunnerActions& out) {
  has_secrets_ = true;
  for (Step& step : steps_) {
    if (step.state == kStepWaiting) step.state = kStepPending;
  }
  if (phase_ != Phase::kNotStarted) Advance(now, out);
}

void Runner::OnCancel(bool force, MonoMicros now, RunnerActions& out) {
  if (done() || (cancelled_ && (forced_ || !force))) return;
  cancelled_ = true;
  forced_ = force;
  for (int i = 0; i < plan_.steps_size(); ++i) {
    const int32_t state = steps_[i].state;
    if (state == kStepRunning) {
      out.stops.push_back({i, force ? CancelToken::Why::kForced : CancelToken::Why::kCancelled});
    } else if (!IsTerminal(state)) {
      EndUnstarted(i, kStepCancelled,
                   state == kStepRetrying ? "cancelled before its next attempt" : "cancelled before it was started", -1,
                   out);
    }
  }
  if (phase_ != Phase::kNotStarted) Advance(now, out);
}

void Runner::OnTimer(MonoMicros now, RunnerActions& out) {
  for (int i = 0; i < plan_.steps_size(); ++i) {
    Step& step = steps_[i];
    if (step.timer == 0 || step.timer > now) continue;
    step.timer = 0;
    if (step.state == kStepRunning) {
      step.timed_out = true;
      out.stops.push_back({i, CancelToken::Why::kTimedOut});
    }  // a step in RETRYING whose timer is 0 is ready
  }
  Advance(now, out);
}

MonoMicros Runner::next_timer() const {
  MonoMicros next = 0;
  for (const Step& step : steps_) {
    if (step.timer != 0 && (next == 0 || step.timer < next)) next = step.timer;
  }
  return next;
}

bool Runner::waits_for_secrets() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const Step& step) { return step.state == kStepWaiting; });
}

bool Runner::InGroup(int position, Phase phase) const {
  const PlanStep& step = plan_.steps(position);
  const Phase group = step.handler() ? Phase::kHandlers : step.last() ? Phase::kLast : Phase::kMain;
  return group == phase;
}

bool Runner::GroupEnded(Phase phase) const {
  for (int i = 0; i < plan_.steps_size(); ++i) {
    if (InGroup(i, phase) && !IsTerminal(steps_[i].state)) return false;
  }
  return true;
}

void Runner::Advance(MonoMicros now, RunnerActions& out) {
  if (phase_ == Phase::kMain && AdvanceGroup(Phase::kMain, now, out)) phase_ = Phase::kHandlers;
  if (phase_ == Phase::kHandlers && AdvanceHandlers(now, out)) phase_ = Phase::kLast;
  if (phase_ == Phase::kLast && AdvanceGroup(Phase::kLast, now, out)) Finish(out);
}

bool Runner::AdvanceGroup(Phase phase, MonoMicros now, RunnerActions& out) {
  // Positions are not in graph order: a skip may hit what was passed already, so go round until nothing moves.
  for (bool moved = true; moved;) {
    moved = false;
    for (int i = 0; i < plan_.steps_size(); ++i) {
      Step& step = steps_[i];
      if (!InGroup(i, phase) || (step.state != kStepPending && step.state != kStepWaiting)) continue;
      const int obstacle = Obstacle(i);
      if (obstacle < 0) continue;
      EndUnstarted(i, kStepSkipped, absl::StrCat("step '", plan_.steps(obstacle).id(), "' failed"), obstacle, out);
      moved = true;
    }
  }
  for (int i = 0; i < plan_.steps_size(); ++i) {
    const int places = std::max(1, plan_.parallelism()) + (SharesConfirmation(i) ? held_ : 0);
    if (running_ < places && InGroup(i, phase) && Ready(i)) Begin(i, now, out);
  }
  return GroupEnded(phase);
}

bool Runner::AdvanceHandlers(MonoMicros now, RunnerActions& out) {
  for (int i = 0; i < plan_.steps_size(); ++i) {
    Step& step = steps_[i];
    if (!InGroup(i, Phase::kHandlers) || IsTerminal(step.state)) continue;
    if (step.state == kStepPending && !step.notified) continue;  // a later handler may still notify it
    if (step.state == kStepPending || (step.state == kStepRetrying && step.timer == 0)) Begin(i, now, out);
    return false;  // one by one
  }
  for (int i = 0; i < plan_.steps_size(); ++i) {
    if (InGroup(i, Phase::kHandlers) && !IsTerminal(steps_[i].state)) {
      EndUnstarted(i, kStepSkipped, "not notified", -1, out);
      steps_[i].well = true;
    }
  }
  return true;
}

int Runner::Obstacle(int position) const {
  // What an earlier life had begun comes to its end: to call it skipped could be a lie.
  const bool begun = steps_[position].interrupted && !PE_MUTANT(begun_is_skipped);
  if (InGroup(position, Phase::kLast) && first_failure_ >= 0 && !begun) return first_failure_;
  if (InGroup(position, Phase::kMain) && stopped_by_ >= 0 && !begun) return stopped_by_;
  for (const int after : plan_.steps(position).after()) {
    const Step& before = steps_[after];
    if (IsTerminal(before.state) && !before.well) return before.cause >= 0 ? before.cause : after;
  }
  return -1;
}

bool Runner::Ready(int position) const {
  const Step& step = steps_[position];
  if (step.state == kStepRetrying) return step.timer == 0;
  if (step.state != kStepPending) return false;
  for (const int after : plan_.steps(position).after()) {
    if (!steps_[after].well && !(steps_[after].held_changed && SharesConfirmation(position))) return false;
  }
  return true;
}

// Guarded steps that take no time, one after the other, are confirmed together. What takes long (a program, a download)
// would keep those before it unconfirmed for as long.
bool Runner::SharesConfirmation(int position) const {
  const PlanStep& step = plan_.steps(position);
  const auto& body = step.body();
  const bool quick =
      body.has_file() || body.has_file_edit() || body.has_symlink() || body.has_directory() || body.has_sysctl();
  return quick && step.guard_us() > 0;
}

void Runner::Begin(int position, MonoMicros now, RunnerActions& out) {
  Step& step = steps_[position];
  if (plan_.steps(position).has_secrets() && !has_secrets_) {
    step.state = kStepWaiting;
    StepReport& report = *AddReport(position, out).mutable_step_state();
    report.set_state(kStepWaiting);
    report.set_reason("secret values");
    out.need_secrets |= !asked_for_secrets_;
    asked_for_secrets_ = true;
    return;
  }
  step.state = kStepRunning;
  ++step.attempt;
  ++running_;
  const int64_t timeout = plan_.steps(position).timeout_us();
  step.timer = timeout > 0 ? now + timeout : 0;
  AddReport(position, out).mutable_step_state()->set_state(kStepRunning);
  out.starts.push_back({position, step.attempt, step.interrupted});
  step.interrupted = false;
}

void Runner::Retry(int position, const StepReport& failed, MonoMicros now, RunnerActions& out) {
  Step& step = steps_[position];
  const int64_t pause = PauseAfter(plan_.steps(position), step.attempt);
  step.state = kStepRetrying;
  step.timer = pause > 0 ? now + pause : 0;
  StepReport& report = *AddReport(position, out).mutable_step_state();
  report = failed;
  report.set_state(kStepRetrying);
  report.set_reason(absl::StrCat("attempt ", step.attempt, " of ", Attempts(position), " failed: ", failed.reason()));
  report.set_next_attempt_us(pause);
}

void Runner::End(int position, StepReport report, RunnerActions& out) {
  Step& step = steps_[position];
  step.state = report.state();
  step.timer = 0;
  step.well = step.state == kStepUnchanged || step.state == kStepChanged || step.state == kStepSkipped;
  const bool failed = IsFailure(step.state);
  if (failed && first_failure_ < 0) first_failure_ = position;
  if (failed && InGroup(position, Phase::kMain) && stopped_by_ < 0 && !plan_.steps(position).continue_on_failure() &&
      !plan_.observe_only()) {
    stopped_by_ = position;
  }
  *AddReport(position, out).mutable_step_state() = std::move(report);
  if (step.state == kStepChanged) NotifyHandlers(position, out);
}

void Runner::EndUnstarted(int position, int32_t state, std::string reason, int cause, RunnerActions& out) {
  Step& step = steps_[position];
  if (step.interrupted && !PE_MUTANT(begun_is_skipped)) return EndInterrupted(position, reason, out);
  step.state = state;
  step.timer = 0;
  step.cause = cause;
  StepReport& report = *AddReport(position, out).mutable_step_state();
  report.set_state(state);
  report.set_reason(std::move(reason));
}

// It had begun, and what follows keeps it from being looked at again.
void Runner::EndInterrupted(int position, const std::string& reason, RunnerActions& out) {
  Step& step = steps_[position];
  step.interrupted = false;
  ++step.attempt;
  AddReport(position, out).mutable_step_state()->set_state(kStepRunning);
  StepReport unknown;
  unknown.set_state(kStepOutcomeUnknown);
  unknown.set_error_code("OUTCOME_UNKNOWN");
  unknown.set_reason(absl::StrCat("the agent was interrupted while it ran, and then: ", reason));
  unknown.set_hint("look on the host whether its effect happened");
  End(position, std::move(unknown), out);
}

void Runner::NotifyHandlers(int position, RunnerActions& out) {
  if (PE_MUTANT(forget_handler)) return;
  for (const int handler : plan_.steps(position).notify()) {
    // One that was cancelled meanwhile is still owed.
    const bool ran = IsTerminal(steps_[handler].state) && steps_[handler].state != kStepCancelled;
    if (steps_[handler].notified || ran) continue;
    steps_[handler].notified = true;
    if (plan_.observe_only()) continue;  // nothing was changed, so nothing is owed
    AddReport(position, out).mutable_notified()->set_handler(plan_.steps(handler).index());
  }
}

bool Runner::DependsOnChange(int position) const {
  std::vector<int> open(plan_.steps(position).after().begin(), plan_.steps(position).after().end());
  std::vector<bool> seen(steps_.size());
  while (!open.empty()) {
    const int at = open.back();
    open.pop_back();
    if (seen[at]) continue;
    seen[at] = true;
    if (steps_[at].state == kStepChanged) return true;
    open.insert(open.end(), plan_.steps(at).after().begin(), plan_.steps(at).after().end());
  }
  return false;
}

void Runner::Finish(RunnerActions& out) {
  phase_ = Phase::kDone;
  const auto any = [&](int32_t state) {
    return std::any_of(steps_.begin(), steps_.end(), [&](const Step& step) { return step.state == state; });
  };
  Report report;
  report.set_step(-1);
  RunDone& done = *report.mutable_done();
  done.set_outcome(cancelled_ && any(kStepCancelled) ? RunDone::CANCELLED
                   : first_failure_ >= 0             ? RunDone::FAILED
                   : any(kStepCancelled)             ? RunDone::CANCELLED
                                                     : RunDone::SUCCEEDED);
  for (int i = 0; i < plan_.steps_size() && !plan_.observe_only(); ++i) {
    const bool ran = steps_[i].state == kStepUnchanged || steps_[i].state == kStepChanged;
    if (steps_[i].notified && !ran) done.add_pending_handlers(i);
  }
  out.reports.push_back(std::move(report));
}

Report& Runner::AddReport(int position, RunnerActions& out) const {
  Report& report = out.reports.emplace_back();
  report.set_step(plan_.steps(position).index());
  report.set_attempt(steps_[position].attempt);
  return report;
}

int Runner::Attempts(int position) const {
  return plan_.observe_only() ? 1 : std::max(1, plan_.steps(position).attempts());
}

}  // namespace pe::agent
