#include "server/agent/attempt.h"

#include "absl/strings/str_cat.h"
#include "server/agent/step_state.h"
#include "server/agent/undo_attempt.h"

namespace pe::agent {
namespace {

using provision::agent::v1::StepReport;

// Notes that something was recorded, for the report.
class NotingUndoStore final : public UndoStore {
 public:
  explicit NotingUndoStore(UndoStore& store) : store_(store) {}
  absl::Status Record(absl::string_view record) override {
    const absl::Status status = store_.Record(record);
    recorded_ |= status.ok();
    return status;
  }
  absl::StatusOr<std::string> KeepContent(absl::string_view content) override { return store_.KeepContent(content); }
  absl::StatusOr<std::string> GetContent(const std::string& digest) override { return store_.GetContent(digest); }
  bool recorded() const { return recorded_; }

 private:
  UndoStore& store_;
  bool recorded_ = false;
};

class AttemptRun {
 public:
  AttemptRun(Attempt& attempt, const StepHost& host, const StepType& type)
      : attempt_(attempt), host_(host), type_(type), undo_(*attempt.undo) {}

  AttemptEnd Run() {
    absl::StatusOr<Observation> observed = Observe(attempt_.cancel);
    if (!observed.ok()) return Failed(observed.status());
    AddValues(observed->values);
    end_.acted = attempt_.interrupted;
    if (observed->right) return Ended(attempt_.interrupted ? kStepChanged : kStepUnchanged, observed->summary);
    attempt_.reporter->Diff(observed->diff);
    if (attempt_.observe_only) return Planned(*observed);
    if (attempt_.cancel.set()) return Cancelled("cancelled before anything was changed");
    if (attempt_.guarded && attempt_.boot_guard != nullptr) {
      if (const absl::Status armed = attempt_.boot_guard->Arm(); !armed.ok())
        return Failed(StepError(armed.code(), "GUARD", armed.message(),
                                "the host must be able to undo the step by itself; nothing was changed"));
    }
    const bool durable = attempt_.guarded || attempt_.notifies || type_.EndsBoot() || !type_.Idempotent(attempt_.body);
    const absl::Status intent = attempt_.journal->Intent(attempt_.position, attempt_.attempt, host_.boot, durable);
    if (!intent.ok())
      return Failed(
          StepError(intent.code(), "JOURNAL", intent.message(), "free space on the host's disk; nothing was changed"));
    end_.acted = true;
    StepContext context = Context(attempt_.cancel);
    absl::StatusOr<Applied> applied = type_.Apply(attempt_.body, *observed, context);
    if (!applied.ok()) return Failed(applied.status());
    return CheckApplied(*applied);
  }

 private:
  StepContext Context(const CancelToken& cancel) { return ContextOf(attempt_, undo_, cancel, host_); }

  absl::StatusOr<Observation> Observe(const CancelToken& cancel) {
    StepContext context = Context(cancel);
    return type_.Observe(attempt_.body, context);
  }

  AttemptEnd CheckApplied(const Applied& applied) {
    AddValues(applied.values);
    if (applied.exit_code) end_.report.set_exit_code(*applied.exit_code);
    if (type_.ObservableAfter(attempt_.body)) {
      const absl::StatusOr<Observation> after = Observe(attempt_.cancel);
      if (!after.ok()) return Failed(after.status());
      if (!after->right) {
        return Failed(StepError(absl::StatusCode::kFailedPrecondition, "STEP_DID_NOT_HOLD",
                                absl::StrCat("it was applied, but is still not right: ", after->summary),
                                "something else changes it back, or the step asks for what the host cannot be"));
      }
      AddValues(after->values);
    }
    const bool changed = applied.changed || attempt_.interrupted;
    return Ended(changed ? kStepChanged : kStepUnchanged, applied.message);
  }

  AttemptEnd Planned(const Observation& observed) {
    if (attempt_.body.has_probe()) {
      end_.report.set_reason("not met now; waited for in apply");
      return Ended(kStepSkipped, observed.summary);
    }
    if (!observed.unknown) return Ended(kStepChanged, observed.summary);
    return Ended(kStepChanged, observed.summary.empty() ? "not known before it runs"
                                                        : absl::StrCat("not known before it runs: ", observed.summary));
  }

  AttemptEnd Failed(const absl::Status& status) {
    const CancelToken::Why why = attempt_.cancel.why();
    if (why == CancelToken::Why::kCancelled || why == CancelToken::Why::kForced) return Cancelled(status.message());
    const StepErrorDetails details = DetailsOf(status);
    end_.report.set_error_code(details.error_code);
    end_.report.set_hint(details.hint);
    end_.report.set_reason(std::string(status.message()));
    if (details.exit_code) end_.report.set_exit_code(*details.exit_code);
    end_.retryable =
        status.code() != absl::StatusCode::kInvalidArgument && status.code() != absl::StatusCode::kUnimplemented;
    tail_wanted_ = true;
    return Ended(kStepFailed, "");
  }

  // The truth about a step that was interrupted: it may have come to its end all the same.
  AttemptEnd Cancelled(absl::string_view what) {
    tail_wanted_ = true;
    if (!attempt_.observe_only && type_.ObservableAfter(attempt_.body)) {
      const CancelToken fresh;
      const absl::StatusOr<Observation> now = Observe(fresh);
      if (now.ok() && now->right) return Ended(kStepChanged, absl::StrCat("cancelled, but done: ", now->summary));
      if (now.ok()) end_.report.set_message(absl::StrCat("now: ", now->summary));
    }
    end_.report.set_reason(absl::StrCat("cancelled: ", what));
    return Ended(kStepCancelled, end_.report.message());
  }

  void AddValues(const std::map<std::string, std::string>& values) {
    for (const auto& [name, value] : values) (*end_.report.mutable_values())[name] = value;
  }

  AttemptEnd Ended(int32_t state, absl::string_view message) {
    end_.report.set_state(state);
    end_.report.set_message(std::string(message));
    end_.report.set_undo_recorded(undo_.recorded());
    end_.report.set_duration_us(host_.clock.Mono() - started_);
    attempt_.reporter->Finish();
    attempt_.reporter->Clean(end_.report);
    if (tail_wanted_) end_.report.set_output_tail(attempt_.reporter->OutputTail());
    return std::move(end_);
  }

  Attempt& attempt_;
  const StepHost& host_;
  const StepType& type_;
  NotingUndoStore undo_;
  const MonoMicros started_ = host_.clock.Mono();
  bool tail_wanted_ = false;
  AttemptEnd end_;
};

}  // namespace

StepContext ContextOf(const Attempt& attempt, UndoStore& undo, const CancelToken& cancel, const StepHost& host) {
  return StepContext{.files = host.files,
                     .processes = host.processes,
                     .clock = host.clock,
                     .reporter = *attempt.reporter,
                     .undo = undo,
                     .blobs = host.blobs,
                     .cancel = cancel,
                     .units = host.units,
                     .boot = host.boot,
                     .begun_in = attempt.begun_in,
                     .has_init = host.has_init,
                     .observe_only = attempt.observe_only,
                     .secret = attempt.secret,
                     .traceparent = attempt.traceparent};
}

AttemptEnd RunAttempt(Attempt& attempt, const StepHost& host) {
  if (!attempt.restores.empty()) return RunRestore(attempt, host);
  if (attempt.undoes != nullptr) return RunUndo(attempt, host);
  const StepType* type = host.find_type(attempt.body);
  if (type != nullptr) return AttemptRun(attempt, host, *type).Run();
  AttemptEnd end;
  end.report.set_state(kStepFailed);
  end.report.set_error_code("UNKNOWN_STEP_TYPE");
  end.report.set_reason("this agent does not know the kind of this step");
  end.report.set_hint("engine and agent are of different versions: push the engine's own agent");
  attempt.reporter->Finish();
  return end;
}

}  // namespace pe::agent
