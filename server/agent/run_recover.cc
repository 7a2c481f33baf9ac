// Run: going on after the agent's own death. What the journal says has ended, has ended; a step that was begun and has
// no result is observed and run again where its type allows that, else its outcome is said to be unknown.
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/status.h"
#include "server/agent/plan_check.h"
#include "server/agent/run.h"
#include "server/agent/step_state.h"

namespace pe::agent {

using provision::agent::v1::Plan;
using provision::agent::v1::Report;
using provision::agent::v1::Resume;
using provision::agent::v1::RunDone;
using provision::agent::v1::StepReport;

absl::StatusOr<std::unique_ptr<Run>> Run::Recover(StoredRun stored, const RunHost& host) {
  JournalContent content = DecodeJournal(stored.journal);
  Plan plan;
  if (content.records.size() < 2 || content.records[1].kind != JournalRecord::Kind::kPlan ||
      !plan.ParseFromString(content.records[1].payload) || plan.run() != stored.run) {
    return absl::DataLossError(absl::StrCat("the journal of run ", stored.run, " has no plan of it"));
  }
  PE_RETURN_IF_ERROR(CheckPlan(plan));
  const int steps = plan.steps_size();
  std::unique_ptr<Run> run(
      new Run(std::move(plan), Sha256Hex(content.records[1].payload), content.records[0].epoch, host));
  auto recovered = std::make_unique<Recovered>();
  recovered->last_seq = content.records[0].seq;
  for (size_t i = 2; i < content.records.size(); ++i) {
    JournalRecord& record = content.records[i];
    recovered->last_seq = std::max(recovered->last_seq, record.seq);
    const bool about_step = record.kind == JournalRecord::Kind::kIntent || record.kind == JournalRecord::Kind::kResult;
    if (about_step && (record.position < 0 || record.position >= steps)) {
      return absl::DataLossError(
          absl::StrCat("the journal of run ", stored.run, " names step ", record.position, " of ", steps));
    }
    if (record.kind == JournalRecord::Kind::kIntent) recovered->intents[record.position] = record;
    if (record.kind == JournalRecord::Kind::kResult) recovered->intents.erase(record.position);
    if (record.kind == JournalRecord::Kind::kCancel) {
      recovered->cancel = true;
      recovered->force |= !record.payload.empty();
    }
    if (record.kind == JournalRecord::Kind::kDone) recovered->done = record;
    if (record.kind == JournalRecord::Kind::kResult) recovered->results.push_back(std::move(record));
  }
  run->recovered_ = std::move(recovered);
  run->done_ = run->recovered_->done.kind == JournalRecord::Kind::kDone;
  run->stored_ = std::move(stored);
  return run;
}

void Run::Continue(const Resume& resume, int64_t epoch, MonoMicros now) {
  if (!recovered()) return;
  const std::unique_ptr<Recovered> recovered = std::move(recovered_);
  epoch_ = epoch;
  OpenLog(resume.after_seq());
  RestoreKnown(resume);
  for (const JournalRecord& record : recovered->results) RestoreResult(record, resume.after_seq());
  if (done_) {
    Report report;
    report.set_step(-1);
    if (recovered->done.seq > resume.after_seq() && report.mutable_done()->ParseFromString(recovered->done.payload)) {
      log_->Append(std::move(report));
    }
    return;
  }
  journal_ = std::make_unique<Journal>(host_.store, std::move(stored_), epoch);
  for (const auto& [position, record] : recovered->intents) RestoreIntent(record);
  Start(now);
  if (recovered->cancel) Cancel(recovered->force, now);
}

void Run::RestoreKnown(const Resume& resume) {
  for (const auto& ended : resume.ended()) {
    const int position = PositionOf(ended.step());
    if (position >= 0 && IsTerminal(ended.state())) runner_.RestoreEnded(position, ended.attempt(), ended.state());
  }
}

// A report that the engine has not stored is made again, with a new number: there must be no hole.
void Run::RestoreResult(const JournalRecord& record, int64_t after_seq) {
  StepReport result;
  if (!result.ParseFromString(record.payload) || !IsTerminal(result.state())) return;
  runner_.RestoreEnded(record.position, record.attempt, result.state());
  if (record.seq <= after_seq) return;
  const auto report = [&] {
    Report out;
    out.set_step(plan_.steps(record.position).index());
    out.set_attempt(record.attempt);
    return out;
  };
  if (record.attempt > 0) {
    Report running = report();
    running.mutable_step_state()->set_state(kStepRunning);
    log_->Append(std::move(running));
  }
  Report ended = report();
  *ended.mutable_step_state() = result;
  log_->Append(std::move(ended));
  if (result.state() != kStepChanged) return;
  for (const int handler : plan_.steps(record.position).notify()) {
    Report notified = report();
    notified.mutable_notified()->set_handler(plan_.steps(handler).index());
    log_->Append(std::move(notified));
  }
}

void Run::RestoreIntent(const JournalRecord& record) {
  if (MayRunAgain(record.position)) {
    begun_in_[record.position] = record.payload;
    runner_.RestoreInterrupted(record.position, record.attempt);
    return;
  }
  runner_.RestoreEnded(record.position, record.attempt, kStepOutcomeUnknown);
  Report report;
  report.set_step(plan_.steps(record.position).index());
  report.set_attempt(record.attempt);
  report.mutable_step_state()->set_state(kStepRunning);
  log_->Append(report);
  StepReport& state = *report.mutable_step_state();
  state.set_state(kStepOutcomeUnknown);
  state.set_error_code("OUTCOME_UNKNOWN");
  state.set_reason("the agent was interrupted while it ran; it is not known whether its effect happened");
  state.set_hint("look on the host whether it did, then retry from this step or from the next one");
  Write(std::move(report));
}

}  // namespace pe::agent
