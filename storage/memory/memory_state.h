// What a MemoryStore has made durable: plain maps that a crash does not touch. Not thread-safe.
#ifndef STORAGE_MEMORY_MEMORY_STATE_H_
#define STORAGE_MEMORY_MEMORY_STATE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "storage/commit/change_set.h"
#include "storage/commit/stored_view.h"

namespace pe {

struct MemoryJob {
  JobHead head;
  int64_t oldest_seq = 1;
  provision::v1::Job summary;
  provision::v1::Job spec;
  std::map<int32_t, provision::v1::Target> targets;
  std::vector<EventChunk> chunks;
  std::map<std::string, std::string> private_rows;

  provision::v1::Job Assemble(JobDetail detail) const;
  bool Matches(const JobFilter& filter) const;
};

class MemoryState final : public StoredView {
 public:
  MemoryState();

  // Applies a group whole.
  void Apply(ChangeSet& changes);

  absl::StatusOr<std::optional<JobHead>> FindJob(const JobId& id) override;
  absl::StatusOr<std::optional<Store::RequestRecord>> FindRequest(const std::string& request_id) override;
  absl::StatusOr<std::optional<ResourceHead>> FindResource(const std::string& id) override;
  absl::StatusOr<std::optional<std::string>> FindAddress(const std::string& address) override;
  absl::StatusOr<std::optional<std::string>> FindEnvironment(const std::string& id) override;
  absl::StatusOr<int64_t> MaxJobKey() override { return jobs.empty() ? 0 : jobs.rbegin()->first; }

  // Retention, as of Store::DropEvents.
  int64_t EndedEventBytes() const;
  DroppedEvents DropEvents(WallMicros ended_before, int64_t enough_bytes);

  // nullptr when there is none.
  const MemoryJob* Job(const JobId& id) const;

  std::map<int64_t, MemoryJob> jobs;  // by key: in order of creation
  std::map<std::string, int64_t> keys;
  std::map<std::pair<WallMicros, int64_t>, int64_t> ended_logs;  // (end, key) -> bytes of its events
  std::map<std::string, Store::RequestRecord> requests;
  std::map<std::string, provision::v1::Resource> resources;
  std::map<std::string, std::string> addresses;  // -> resource id
  std::map<std::string, provision::v1::Environment> environments;
  int64_t max_admission = 0;
  int64_t epoch = 0;

 private:
  void ApplyJob(JobChange& change);
};

}  // namespace pe

#endif  // STORAGE_MEMORY_MEMORY_STATE_H_
