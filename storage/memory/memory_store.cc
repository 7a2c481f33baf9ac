#include "storage/memory/memory_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/mutant.h"
#include "base/status.h"
#include "storage/commit/stager.h"

namespace pe {
namespace {

absl::Status StatusOf(MemoryStore::Outcome outcome) {
  switch (outcome) {
    case MemoryStore::Outcome::kCommitted:
      return absl::OkStatus();
    case MemoryStore::Outcome::kNoSpace:
      return absl::ResourceExhaustedError("no space for the commit; nothing was applied");
    default:
      return absl::UnavailableError("it is not known whether the commit is durable; read what is stored");
  }
}

}  // namespace

MemoryStore::MemoryStore(MemoryStoreOptions options) : options_(std::move(options)) {
  if (options_.manual) return;
  queue_ = std::make_unique<CommitQueue>(
      CommitQueue::Options{}, [this](std::vector<PendingBatch>& group) { Commit(group, Outcome::kCommitted); }, [] {});
}

MemoryStore::~MemoryStore() = default;

size_t MemoryStore::pending() const {
  MutexLock lock(&mu_);
  return waiting_.size();
}

std::vector<PendingBatch> MemoryStore::TakeWaiting(size_t max_batches) {
  MutexLock lock(&mu_);
  const size_t count = std::min(max_batches, waiting_.size());
  std::vector<PendingBatch> group(std::make_move_iterator(waiting_.begin()),
                                  std::make_move_iterator(waiting_.begin() + count));
  waiting_.erase(waiting_.begin(), waiting_.begin() + count);
  return group;
}

size_t MemoryStore::Pump(Outcome outcome, size_t max_batches) {
  std::vector<PendingBatch> group = TakeWaiting(max_batches);
  Commit(group, outcome);
  for (PendingBatch& pending : group) pending.done(pending.status, pending.applied);
  return group.size();
}

void MemoryStore::Crash(size_t landed) {
  std::vector<PendingBatch> group = TakeWaiting(landed);
  Commit(group, Outcome::kCommitted);
  std::deque<PendingBatch> lost;  // destroyed outside the lock: callbacks own what they capture
  MutexLock lock(&mu_);
  lost.swap(waiting_);
  held_epoch_ = 0;
}

void MemoryStore::Commit(std::vector<PendingBatch>& group, Outcome outcome) {
  MutexLock lock(&mu_);
  Stager stager(&state_);
  for (PendingBatch& pending : group) {
    if ((pending.batch.epoch == 0 || pending.batch.epoch != held_epoch_) && !PE_MUTANT(lease_not_checked)) {
      pending.status =
          absl::FailedPreconditionError(absl::StrCat("epoch ", pending.batch.epoch, " does not hold the lease"));
      continue;
    }
    pending.status = stager.Add(std::move(pending.batch), &pending.applied);
    if (outcome == Outcome::kCommitted) continue;
    pending.status = StatusOf(outcome);
    pending.applied = {};
  }
  if (outcome == Outcome::kCommitted || outcome == Outcome::kUnknownApplied) state_.Apply(stager.changes());
}

absl::StatusOr<Lease> MemoryStore::AcquireLease(WallMicros, int64_t) {
  MutexLock lock(&mu_);
  if (held_epoch_ != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("engine ", options_.engine_id, " holds the store with epoch ", held_epoch_));
  }
  held_epoch_ = ++state_.epoch;
  return Lease{options_.engine_id, held_epoch_};
}

absl::Status MemoryStore::CheckLease(const Lease& lease) const {
  if (lease.epoch != 0 && lease.epoch == held_epoch_ && lease.engine_id == options_.engine_id) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the lease with epoch ", lease.epoch, " is not held"));
}

absl::Status MemoryStore::RenewLease(const Lease& lease, WallMicros, int64_t) {
  MutexLock lock(&mu_);
  return CheckLease(lease);
}

absl::Status MemoryStore::ReleaseLease(const Lease& lease) {
  Flush();  // what was submitted under the lease is answered under it
  MutexLock lock(&mu_);
  PE_RETURN_IF_ERROR(CheckLease(lease));
  held_epoch_ = 0;
  return absl::OkStatus();
}

void MemoryStore::Submit(Batch batch, SubmitCallback done) {
  if (queue_ != nullptr) return queue_->Push(std::move(batch), std::move(done));
  MutexLock lock(&mu_);
  waiting_.push_back({.batch = std::move(batch), .done = std::move(done)});
}

absl::StatusOr<int64_t> MemoryStore::EndedEventBytes() {
  MutexLock lock(&mu_);
  return state_.EndedEventBytes();
}

absl::StatusOr<DroppedEvents> MemoryStore::DropEvents(const Lease& lease, WallMicros ended_before,
                                                      int64_t enough_bytes) {
  Flush();
  MutexLock lock(&mu_);
  PE_RETURN_IF_ERROR(CheckLease(lease));
  return state_.DropEvents(ended_before, enough_bytes);
}

absl::Status MemoryStore::Backup(const std::string&) {
  return absl::UnimplementedError("a store in memory has no file to copy");
}

absl::Status MemoryStore::CheckWritable(const Lease& lease) {
  MutexLock lock(&mu_);
  return CheckLease(lease);
}

void MemoryStore::Flush() {
  if (queue_ != nullptr) return queue_->Flush();
  while (pending() > 0) Pump();
}

}  // namespace pe
