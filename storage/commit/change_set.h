// ChangeSet: everything that one commit makes durable, with the changes of many batches folded together: a job that got
// fifty events in fifty batches is one chunk of events, one summary and one row for each target that changed.
#ifndef STORAGE_COMMIT_CHANGE_SET_H_
#define STORAGE_COMMIT_CHANGE_SET_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/clock.h"
#include "base/id.h"
#include "provision/v1/environment.pb.h"
#include "provision/v1/job.pb.h"
#include "provision/v1/resource.pb.h"
#include "storage/commit/event_chunk.h"
#include "storage/commit/stored_view.h"

namespace pe {

struct JobChange {
  JobId id;
  JobHead before;  // as it is stored; a created job's has its new key and nothing else
  JobHead after;
  bool created = false;
  WallMicros ended = 0;                              // when after.terminal
  provision::v1::Job spec;                           // created: spec and variables
  std::string request_id;                            // created, may be empty
  std::string request_digest;                        // with request_id
  std::optional<provision::v1::Job> summary;         // the new one, when it changed
  std::vector<EventChunk> chunks;                    // to be added to the log
  std::map<int32_t, provision::v1::Target> targets;  // those that changed, by index
  std::map<std::string, std::string> private_rows;   // by key; empty deletes. None of it matters when after.terminal
};

struct ChangeSet {
  std::vector<JobChange> jobs;
  std::map<std::string, std::optional<provision::v1::Resource>> resources;        // by id; nullopt: deleted
  std::map<std::string, std::optional<provision::v1::Environment>> environments;  // the same
  int64_t max_admission = 0;                                                      // 0: unchanged

  bool empty() const { return jobs.empty() && resources.empty() && environments.empty(); }
};

}  // namespace pe

#endif  // STORAGE_COMMIT_CHANGE_SET_H_
