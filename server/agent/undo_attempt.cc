#include "server/agent/undo_attempt.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/mutant.h"
#include "base/status.h"
#include "server/agent/step_state.h"

namespace pe::agent {
namespace {

constexpr int kRestoreTries = 5;  // a host that nobody reaches any more is worth some

// How many records it has undone.
absl::StatusOr<int> UndoAll(UndoSource& source, bool may_be_none, const Attempt& attempt, const StepHost& host) {
  PE_ASSIGN_OR_RETURN(const UndoSource::Kept kept, source.Load());
  if (kept.dropped && may_be_none) return 0;
  if (kept.dropped) {
    return StepError(absl::StatusCode::kNotFound, "UNDO_DROPPED", "the host no longer keeps what would undo it",
                     "undo records stay for 30 days, and for the newest runs of a host; change it back with a new job");
  }
  if (kept.records.empty()) return 0;
  const StepType* type = host.find_type(kept.body);
  if (type == nullptr) {
    return StepError(absl::StatusCode::kUnimplemented, "UNKNOWN_STEP_TYPE",
                     "this agent does not know the kind of the step",
                     "engine and agent are of different versions: push the engine's own agent");
  }
  StepContext context = ContextOf(attempt, source.contents(), attempt.cancel, host);
  int undone = 0;
  for (const std::string& record : kept.records) {
    if (attempt.cancel.set()) return absl::CancelledError(absl::StrCat("after ", undone, " of ", kept.records.size()));
    if (!PE_MUTANT(skip_undo)) PE_RETURN_IF_ERROR(type->Undo(kept.body, record, context));
    if (!PE_MUTANT(undo_twice)) PE_RETURN_IF_ERROR(source.MarkUndone());
    ++undone;
  }
  return undone;
}

// What was applied to bring the old state into effect is applied again, now for the restored one.
absl::Status Again(const Restore& restore, Attempt& attempt, const StepHost& host) {
  const StepType* type = host.find_type(restore.body);
  if (!restore.again || type == nullptr) return absl::OkStatus();
  StepContext context = ContextOf(attempt, *attempt.undo, attempt.cancel, host);
  context.again = true;
  return type->Apply(restore.body, {}, context).status();
}

}  // namespace

AttemptEnd RunRestore(Attempt& attempt, const StepHost& host) {
  const MonoMicros started = host.clock.Mono();
  std::vector<std::string> restored, left;
  for (const Restore& restore : attempt.restores) {
    if (restore.again && restore.body.has_exec()) continue;  // what undoes a handler's command is the command
    absl::StatusOr<int> undone = UndoAll(*restore.source, /*may_be_none=*/true, attempt, host);
    for (int tries = 1; tries < kRestoreTries && !undone.ok() && !attempt.cancel.set(); ++tries)
      undone = UndoAll(*restore.source, /*may_be_none=*/true, attempt, host);
    if (!undone.ok()) left.push_back(absl::StrCat(restore.id, " (", undone.status().message(), ")"));
    if (undone.ok() && *undone > 0) restored.push_back(restore.id);
  }
  for (const Restore& restore : attempt.restores) {
    const absl::Status again = Again(restore, attempt, host);
    if (!again.ok()) left.push_back(absl::StrCat(restore.id, " (", again.message(), ")"));
  }
  AttemptEnd end;
  provision::agent::v1::StepReport& report = end.report;
  end.restored = true;
  report.set_state(kStepFailed);
  report.set_error_code(left.empty() ? "NOT_CONFIRMED" : "NOT_RESTORED");
  report.set_reason(
      absl::StrCat(attempt.unconfirmed, restored.empty() ? "" : "; the host has restored what was before ",
                   absl::StrJoin(restored, ", "), left.empty() ? "" : "; NOT restored: ", absl::StrJoin(left, ", ")));
  report.set_hint("see what of the step keeps new connections out; then try again");
  report.set_duration_us(host.clock.Mono() - started);
  attempt.reporter->Finish();
  attempt.reporter->Clean(report);
  return end;
}

AttemptEnd RunUndo(Attempt& attempt, const StepHost& host) {
  const MonoMicros started = host.clock.Mono();
  absl::Status status = attempt.journal->Intent(attempt.position, attempt.attempt, host.boot, false);
  absl::StatusOr<int> undone = status.ok() ? UndoAll(*attempt.undoes, false, attempt, host) : status;
  AttemptEnd end;
  provision::agent::v1::StepReport& report = end.report;
  if (undone.ok()) {
    report.set_state(*undone > 0 ? kStepUndone : kStepUnchanged);
    report.set_message(*undone > 0 ? "restored what was there before" : "nothing is left to undo");
  } else if (absl::IsCancelled(undone.status())) {
    report.set_state(kStepCancelled);
    report.set_reason(absl::StrCat("cancelled: ", undone.status().message()));
  } else {
    const StepErrorDetails details = DetailsOf(undone.status());
    report.set_state(kStepFailed);
    report.set_error_code(details.error_code);
    report.set_hint(details.hint);
    report.set_reason(std::string(undone.status().message()));
    report.set_output_tail(attempt.reporter->OutputTail());
  }
  report.set_duration_us(host.clock.Mono() - started);
  attempt.reporter->Finish();
  attempt.reporter->Clean(report);
  return end;
}

}  // namespace pe::agent
