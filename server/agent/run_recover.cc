// Run: going on after the agent's own death. What the journal says has ended, has ended; a step that was begun and has
// no result is observed and run again where its type allows that, else its outcome is said to be unknown.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/mutant.h"
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
  std::map<int, JournalRecord> waits;  // of guarded steps, by position
  recovered->last_seq = content.records[0].seq;
  for (size_t i = 2; i < content.records.size(); ++i) {
    JournalRecord& record = content.records[i];
    recovered->last_seq = std::max(recovered->last_seq, record.seq);
    const bool about_step = record.kind == JournalRecord::Kind::kIntent ||
                            record.kind == JournalRecord::Kind::kResult || record.kind == JournalRecord::Kind::kGuard;
    if (about_step && (record.position < 0 || record.position >= steps)) {
      return absl::DataLossError(
          absl::StrCat("the journal of run ", stored.run, " names step ", record.position, " of ", steps));
    }
    if (record.kind == JournalRecord::Kind::kGuard) waits[record.position] = record;
    if (record.kind == JournalRecord::Kind::kIntent) {
      recovered->intents[record.position] = record;
      waits.erase(record.position);  // an attempt that was taken up again: what was confirmed before says nothing of it
    }
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
  run->FindOpenGuards(waits);
  return run;
}

void Run::Continue(const Resume& resume, int64_t epoch, MonoMicros now) {
  if (!recovered()) return;
  if (Restoring()) {
    recovered_->resume = {resume};
    recovered_->epoch = epoch;
    return;
  }
  held_.clear();  // who asks has come over a connection that is newer than what they wait for
  const std::unique_ptr<Recovered> recovered = std::move(recovered_);
  epoch_ = epoch;
  OpenLog(resume.after_seq());
  RestoreKnown(resume);
  for (const JournalRecord& record : recovered->results) RestoreResult(record, resume);
  if (done_) {
    // Who resumes it has not stored its end, whatever number that had in an earlier life.
    Report report;
    report.set_step(-1);
    if (report.mutable_done()->ParseFromString(recovered->done.payload)) log_->Append(std::move(report));
    return;
  }
  OpenJournal();
  for (const auto& [position, record] : recovered->intents) {
    // Its result was reported and could not be written here (the disk was full): the engine knows better.
    if (!Ended(resume, position) || PE_MUTANT(trust_journal_alone)) RestoreIntent(record);
  }
  Start(now);
  if (recovered->cancel) Cancel(recovered->force, now);
}

void Run::RestoreKnown(const Resume& resume) {
  for (const auto& known : resume.ended()) {
    const int position = PositionOf(known.step());
    if (position < 0) continue;
    if (IsTerminal(known.state())) {
      runner_.RestoreEnded(position, known.attempt(), known.state());
      // The engine may have the change and not yet what follows it: what is owed is said again, until it is done.
      if (known.state() == kStepChanged && !plan_.observe_only()) ReportNotified(position, known.attempt(), resume);
    } else if (known.state() == kStepRunning && MayRunAgain(position)) {
      // It was begun, and a power cut has taken what the journal knew of it.
      runner_.RestoreInterrupted(position, known.attempt());
    }
  }
}

bool Run::Ended(const Resume& resume, int position) const {
  const auto is_it = [&](const auto& known) {
    return known.step() == plan_.steps(position).index() && IsTerminal(known.state());
  };
  return std::any_of(resume.ended().begin(), resume.ended().end(), is_it);
}

// A report that the engine has not stored is made again, with a new number: there must be no hole. The number in the
// journal tells nothing: a life in between may have made reports again and so have moved the numbers on. What has ended
// for the engine is what the engine says.
void Run::RestoreResult(const JournalRecord& record, const Resume& resume) {
  StepReport result;
  if (!result.ParseFromString(record.payload) || !IsTerminal(result.state())) return;
  runner_.RestoreEnded(record.position, record.attempt, result.state());
  const bool told = PE_MUTANT(trust_old_numbers) ? record.seq <= resume.after_seq() : Ended(resume, record.position);
  if (told) return;
  Report report;
  report.set_step(plan_.steps(record.position).index());
  report.set_attempt(record.attempt);
  if (record.attempt > 0) {
    report.mutable_step_state()->set_state(kStepRunning);
    log_->Append(report);
  }
  *report.mutable_step_state() = result;
  log_->Append(std::move(report));
  if (result.state() == kStepChanged) ReportNotified(record.position, record.attempt, Resume());
}

// But for those that the engine knows to have ended.
void Run::ReportNotified(int position, int attempt, const Resume& resume) {
  for (const int handler : plan_.steps(position).notify()) {
    if (Ended(resume, handler)) continue;
    Report report;
    report.set_step(plan_.steps(position).index());
    report.set_attempt(attempt);
    report.mutable_notified()->set_handler(plan_.steps(handler).index());
    log_->Append(std::move(report));
  }
}

void Run::RestoreIntent(const JournalRecord& record) {
  if (MayRunAgain(record.position)) {
    begun_in_[record.position] = record.payload;
    runner_.RestoreInterrupted(record.position, record.attempt);
    return;
  }
  runner_.RestoreEnded(record.position, record.attempt,
                       PE_MUTANT(unknown_is_success) ? kStepChanged : kStepOutcomeUnknown);
  Report report;
  report.set_step(plan_.steps(record.position).index());
  report.set_attempt(record.attempt);
  report.mutable_step_state()->set_state(kStepRunning);
  log_->Append(report);
  StepReport& state = *report.mutable_step_state();
  state.set_state(PE_MUTANT(unknown_is_success) ? kStepChanged : kStepOutcomeUnknown);
  state.set_error_code("OUTCOME_UNKNOWN");
  state.set_reason("the agent was interrupted while it ran; it is not known whether its effect happened");
  state.set_hint("look on the host whether it did, then retry from this step or from the next one");
  Write(std::move(report));
}

}  // namespace pe::agent
