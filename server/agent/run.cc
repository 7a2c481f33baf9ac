#include "server/agent/run.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/mutant.h"
#include "server/agent/plan_check.h"
#include "server/agent/step_state.h"

namespace pe::agent {

using provision::agent::v1::Plan;
using provision::agent::v1::PlanStep;
using provision::agent::v1::Report;
using provision::agent::v1::Resume;
using provision::agent::v1::StepReport;

Run::Run(Plan plan, std::string plan_digest, int64_t epoch, const RunHost& host)
    : plan_(std::move(plan)), plan_digest_(std::move(plan_digest)), epoch_(epoch), host_(host), runner_(plan_) {}

std::unique_ptr<Run> Run::New(Plan plan, std::string plan_bytes, int64_t epoch, const Resume& resume,
                              const RunHost& host) {
  std::unique_ptr<Run> run(new Run(std::move(plan), Sha256Hex(plan_bytes), epoch, host));
  if (!run->plan_.observe_only()) {
    run->journal_ = std::make_unique<Journal>(host.store, run->id(), std::move(plan_bytes), epoch, resume.after_seq());
  }
  run->OpenLog(resume.after_seq());
  run->RestoreKnown(resume);
  return run;
}

void Run::OpenLog(int64_t base_seq) {
  log_ = std::make_unique<RunLog>(id(), host_.clock, plan_.output_bound(), base_seq, host_.wake);
}

void Run::Start(MonoMicros now) {
  RunnerActions actions;
  runner_.Start(now, actions);
  Do(std::move(actions));
}

void Run::SetSecrets(const provision::agent::v1::Secrets& secrets, MonoMicros now) {
  auto redactor = std::make_shared<Redactor>();
  for (const std::string& value : secrets.redact()) redactor->Add(value);
  redactor_ = std::move(redactor);
  for (const auto& body : secrets.bodies()) secret_bodies_[body.position()] = body.body();
  RunnerActions actions;
  runner_.OnSecrets(now, actions);
  Do(std::move(actions));
}

void Run::Cancel(bool force, MonoMicros now) {
  if (recovered()) {  // what is being restored comes to its end first
    recovered_->cancel = true;
    recovered_->force |= force;
  }
  if (done_ || recovered()) return;
  // A cancel that is not on disk would be lost by a crash only; its engine would send it again.
  if (journal_ != nullptr) journal_->Cancel(force).IgnoreError();
  RunnerActions actions;
  runner_.OnCancel(force, now, actions);
  Do(std::move(actions));
}

void Run::Abandon() {
  for (auto& [position, attempt] : running_) attempt->cancel.Set(CancelToken::Why::kCancelled);
}

MonoMicros Run::Tick(MonoMicros now) {
  if (done_) return 0;
  std::vector<EndedAttempt> ended;
  {
    MutexLock lock(&inbox_->mu);
    ended.swap(inbox_->ended);
  }
  for (EndedAttempt& e : ended) TakeEnd(std::move(e), now);
  RestoreOverdue(now);
  if (recovered()) return NextGuard();
  const MonoMicros timer = runner_.next_timer();
  if (timer != 0 && timer <= now) {
    RunnerActions actions;
    runner_.OnTimer(now, actions);
    Do(std::move(actions));
  }
  MonoMicros next = runner_.next_timer();
  if (const MonoMicros guard = NextGuard(); guard != 0 && (next == 0 || guard < next)) next = guard;
  for (auto& [position, attempt] : running_) {
    const MonoMicros flush = attempt->reporter->FlushOutput(now);
    if (flush != 0 && (next == 0 || flush < next)) next = flush;
  }
  return next;
}

void Run::Do(RunnerActions actions) {
  for (Report& report : actions.reports) Write(std::move(report));
  for (const RunnerActions::Stop& stop : actions.stops) {
    if (held_.count(stop.position) > 0) continue;  // it is over, or being restored
    if (const auto found = running_.find(stop.position); found != running_.end()) found->second->cancel.Set(stop.why);
  }
  for (const RunnerActions::Start& start : actions.starts) StartAttempt(start);
}

void Run::Write(Report report) {
  const bool ended = report.has_step_state() && IsTerminal(report.step_state().state());
  const bool done = report.has_done();
  const int index = report.step();
  const Report copy = ended || done ? report : Report();
  const int64_t seq = log_->Append(std::move(report));
  done_ |= done;
  if (done) done_at_ = host_.clock.Mono();
  if (journal_ == nullptr) return;
  // The report leaves only after this thread comes back to its loop: what is durable is so before it is told.
  // A journal that fails here has failed the next intent already; the report itself is the truth.
  if (ended && copy.step_state().state() != kStepSkipped) {
    const int position = PositionOf(index);
    const bool durable = copy.attempt() > 0 && copy.step_state().state() != kStepUnchanged && !MayRunAgain(position);
    journal_->Result(position, copy.attempt(), seq, copy.step_state(), durable).IgnoreError();
  }
  if (done) journal_->Done(seq, copy.done()).IgnoreError();
}

void Run::StartAttempt(const RunnerActions::Start& start) {
  const PlanStep& step = plan_.steps(start.position);
  auto attempt = std::make_shared<Attempt>();
  attempt->position = start.position;
  attempt->attempt = start.attempt;
  attempt->interrupted = start.interrupted;
  if (start.interrupted) attempt->begun_in = begun_in_[start.position];
  attempt->observe_only = plan_.observe_only();
  attempt->secret = step.has_secrets();
  attempt->traceparent = plan_.traceparent();
  attempt->notifies = step.notify_size() > 0;
  attempt->guarded = Guarded(start.position);
  attempt->boot_guard = host_.boot_guard;
  const auto secret = secret_bodies_.find(start.position);
  attempt->body = secret != secret_bodies_.end() ? secret->second : step.body();
  attempt->reporter =
      std::make_unique<AttemptReporter>(*log_, host_.clock, redactor_, step.index(), start.attempt, host_.wake);
  attempt->undo = host_.store.Undo(id(), step.index(), step.body());
  if (step.has_undo()) attempt->undoes = host_.store.UndoOf(step.undo().run(), step.undo().index());
  attempt->journal = journal_.get();
  running_[start.position] = attempt;
  host_.executor.Start(attempt, [inbox = inbox_, wake = host_.wake, start](AttemptEnd end) {
    {
      MutexLock lock(&inbox->mu);
      inbox->ended.push_back({start.position, start.attempt, std::move(end)});
    }
    wake();
  });
}

bool Run::settled() const {
  if (!done_ || log_ == nullptr) return false;
  return log_->acked_seq() == log_->last_seq() || host_.clock.Mono() - done_at_ > kHoldDoneRunUs;
}

bool Run::MayRunAgain(int position) const {
  const PlanStep& step = plan_.steps(position);
  const StepType* type = host_.find_type(step.body());
  if (PE_MUTANT(run_twice)) return true;
  return step.has_undo() || (type != nullptr && type->Idempotent(step.body()));
}

int Run::PositionOf(int index) const {
  for (int i = 0; i < plan_.steps_size(); ++i) {
    if (plan_.steps(i).index() == index) return i;
  }
  return -1;
}

int64_t Run::last_seq() const { return log_ != nullptr ? log_->last_seq() : recovered_->last_seq; }

}  // namespace pe::agent
