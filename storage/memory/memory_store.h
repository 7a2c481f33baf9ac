// MemoryStore: the whole store contract in memory, for tests and simulation.
//
// With `manual` off it has a thread of its own and behaves like a durable backend that is always quick. With `manual`
// on it has no thread: batches wait until Pump() is called, callbacks run inside Pump() on the caller's thread, and
// the caller decides what becomes of a commit. What was committed survives Crash(); what waits does not.
// Thread rule: thread-safe; in manual mode Pump() and Crash() are called by one thread, and never from a callback.
#ifndef STORAGE_MEMORY_MEMORY_STORE_H_
#define STORAGE_MEMORY_MEMORY_STORE_H_

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "storage/commit/commit_queue.h"
#include "storage/memory/memory_state.h"
#include "storage/store.h"

namespace pe {

struct MemoryStoreOptions {
  bool manual = false;
  std::string engine_id = "memory-engine";
};

class MemoryStore final : public Store {
 public:
  // What a commit comes to, in manual mode.
  enum class Outcome {
    kCommitted,
    kNoSpace,         // RESOURCE_EXHAUSTED, nothing applied
    kUnknownLost,     // UNAVAILABLE, and nothing was applied
    kUnknownApplied,  // UNAVAILABLE, and everything was applied
  };

  explicit MemoryStore(MemoryStoreOptions options = {});
  ~MemoryStore() override;

  // ---- Manual mode
  // Batches that wait for a Pump.
  size_t pending() const;
  // Makes one group of at most `max_batches` waiting batches and answers them. Batches that callbacks submit wait for
  // the next Pump. Returns how many were answered.
  size_t Pump(Outcome outcome = Outcome::kCommitted, size_t max_batches = SIZE_MAX);
  // The engine's process ends now: the lease is gone, waiting batches are lost and their callbacks never run. With
  // `landed` the first so many of the waiting batches were durable before the end, although nobody heard of it.
  void Crash(size_t landed = 0);

  // ---- Store
  absl::StatusOr<Lease> AcquireLease(WallMicros now, int64_t duration_micros) override;
  absl::Status RenewLease(const Lease& lease, WallMicros now, int64_t duration_micros) override;
  absl::Status ReleaseLease(const Lease& lease) override;
  void Submit(Batch batch, SubmitCallback done) override;
  absl::StatusOr<provision::v1::Job> GetJob(const JobId& id, JobDetail detail) override;
  absl::StatusOr<Page<provision::v1::Job>> ListJobs(const JobFilter& filter, const std::string& after,
                                                    int limit) override;
  absl::StatusOr<EventPage> ReadEvents(const JobId& id, int64_t after_seq, int limit) override;
  absl::StatusOr<std::optional<RequestRecord>> FindRequest(const std::string& request_id) override;
  absl::StatusOr<Page<UnfinishedJob>> ListUnfinished(const std::string& after, int limit) override;
  absl::StatusOr<std::string> GetPrivate(const JobId& id, const std::string& key) override;
  absl::StatusOr<int64_t> MaxAdmission() override;
  absl::StatusOr<provision::v1::Resource> GetResource(const ResourceId& id) override;
  absl::StatusOr<Page<provision::v1::Resource>> ListResources(
      const std::vector<std::pair<std::string, std::string>>& labels, const std::string& after, int limit) override;
  absl::StatusOr<std::optional<provision::v1::Resource>> FindResourceByAddress(const std::string& address) override;
  absl::StatusOr<provision::v1::Environment> GetEnvironment(const EnvironmentId& id) override;
  absl::StatusOr<Page<provision::v1::Environment>> ListEnvironments(const std::string& after, int limit) override;
  absl::StatusOr<int64_t> EndedEventBytes() override;
  absl::StatusOr<DroppedEvents> DropEvents(const Lease& lease, WallMicros ended_before, int64_t enough_bytes) override;
  // UNIMPLEMENTED: there is no file.
  absl::Status Backup(const std::string& path) override;
  absl::Status CheckWritable(const Lease& lease) override;
  // In manual mode: pumps until nothing waits.
  void Flush() override;

 private:
  void Commit(std::vector<PendingBatch>& group, Outcome outcome);
  absl::Status CheckLease(const Lease& lease) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::vector<PendingBatch> TakeWaiting(size_t max_batches);

  const MemoryStoreOptions options_;
  mutable Mutex mu_;
  MemoryState state_ ABSL_GUARDED_BY(mu_);
  int64_t held_epoch_ ABSL_GUARDED_BY(mu_) = 0;  // 0: nobody holds the lease
  std::deque<PendingBatch> waiting_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<CommitQueue> queue_;  // null in manual mode; last, so that its thread ends first
};

}  // namespace pe

#endif  // STORAGE_MEMORY_MEMORY_STORE_H_
