#include "server/agent/undo_attempt.h"

#include "absl/strings/str_cat.h"
#include "base/mutant.h"
#include "base/status.h"
#include "server/agent/step_state.h"

namespace pe::agent {
namespace {

// How many records it has undone.
absl::StatusOr<int> UndoAll(Attempt& attempt, const StepHost& host) {
  PE_ASSIGN_OR_RETURN(const UndoSource::Kept kept, attempt.undoes->Load());
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
  StepContext context{.files = host.files,
                      .processes = host.processes,
                      .clock = host.clock,
                      .reporter = *attempt.reporter,
                      .undo = attempt.undoes->contents(),
                      .blobs = host.blobs,
                      .cancel = attempt.cancel,
                      .units = host.units,
                      .boot = host.boot,
                      .has_init = host.has_init,
                      .secret = attempt.secret};
  int undone = 0;
  for (const std::string& record : kept.records) {
    if (attempt.cancel.set()) return absl::CancelledError(absl::StrCat("after ", undone, " of ", kept.records.size()));
    if (!PE_MUTANT(skip_undo)) PE_RETURN_IF_ERROR(type->Undo(kept.body, record, context));
    if (!PE_MUTANT(undo_twice)) PE_RETURN_IF_ERROR(attempt.undoes->MarkUndone());
    ++undone;
  }
  return undone;
}

}  // namespace

AttemptEnd RunUndo(Attempt& attempt, const StepHost& host) {
  const MonoMicros started = host.clock.Mono();
  absl::Status status = attempt.journal->Intent(attempt.position, attempt.attempt, host.boot, false);
  absl::StatusOr<int> undone = status.ok() ? UndoAll(attempt, host) : status;
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
