#include "server/agent/journal.h"

#include "absl/strings/str_cat.h"
#include "base/mutant.h"
#include "base/status.h"

namespace pe::agent {

Journal::Journal(RunStore& store, std::string run, std::string plan, int64_t epoch, int64_t base_seq)
    : store_(store), epoch_(epoch), created_(false) {
  stored_.journal = EncodeRecord({.kind = JournalRecord::Kind::kRun, .epoch = epoch, .seq = base_seq, .payload = run});
  stored_.journal += EncodeRecord({.kind = JournalRecord::Kind::kPlan, .epoch = epoch, .payload = std::move(plan)});
  stored_.run = std::move(run);
}

absl::Status Journal::Add(const JournalRecord& record, bool durable) {
  MutexLock lock(&mu_);
  PE_RETURN_IF_ERROR(broken_);
  if (file_ == nullptr) {
    absl::StatusOr<std::unique_ptr<RunFile>> file = created_ ? store_.Reopen(stored_) : store_.Create(stored_);
    if (!file.ok()) return broken_ = Annotate(file.status(), "the agent's journal cannot be opened");
    file_ = *std::move(file);
    stored_.journal = std::string();
  }
  durable = durable && !PE_MUTANT(intent_not_synced);
  broken_ = Annotate(file_->Append(EncodeRecord(record), durable), "the agent's journal cannot be written");
  return broken_;
}

absl::Status Journal::Intent(int position, int attempt, absl::string_view boot, bool durable) {
  return Add({.kind = JournalRecord::Kind::kIntent,
              .position = position,
              .attempt = attempt,
              .epoch = epoch_,
              .payload = std::string(boot)},
             durable);
}

absl::Status Journal::Result(int position, int attempt, int64_t seq, const provision::agent::v1::StepReport& report,
                             bool durable) {
  return Add({.kind = JournalRecord::Kind::kResult,
              .position = position,
              .attempt = attempt,
              .epoch = epoch_,
              .seq = seq,
              .payload = report.SerializeAsString()},
             durable);
}

absl::Status Journal::Guard(int position, int attempt, MonoMicros deadline, absl::string_view boot) {
  return Add({.kind = JournalRecord::Kind::kGuard,
              .position = position,
              .attempt = attempt,
              .epoch = epoch_,
              .payload = absl::StrCat(deadline, " ", boot)},
             true);
}

absl::Status Journal::Cancel(bool force) {
  return Add({.kind = JournalRecord::Kind::kCancel, .epoch = epoch_, .payload = force ? "force" : ""}, true);
}

absl::Status Journal::Done(int64_t seq, const provision::agent::v1::RunDone& done) {
  return Add({.kind = JournalRecord::Kind::kDone, .epoch = epoch_, .seq = seq, .payload = done.SerializeAsString()},
             true);
}

}  // namespace pe::agent
