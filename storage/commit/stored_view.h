// StoredView: the few facts about what is stored that decide whether a batch holds. Each backend answers them from its
// own durable state; the answers do not include the group that is being made.
// Thread rule: used by the committing thread only.
#ifndef STORAGE_COMMIT_STORED_VIEW_H_
#define STORAGE_COMMIT_STORED_VIEW_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/id.h"
#include "provision/v1/job.pb.h"
#include "storage/store.h"

namespace pe {

struct JobHead {
  int64_t key = 0;  // order of creation, from 1; the key of keyset pages
  int64_t last_seq = 0;
  provision::v1::Job::State state = provision::v1::Job::STATE_UNSPECIFIED;
  bool terminal = false;
};

struct ResourceHead {
  std::string etag;
  std::string address;
};

// Errors mean that the backend could not look; the whole group fails then.
class StoredView {
 public:
  virtual ~StoredView() = default;
  virtual absl::StatusOr<std::optional<JobHead>> FindJob(const JobId& id) = 0;
  virtual absl::StatusOr<std::optional<Store::RequestRecord>> FindRequest(const std::string& request_id) = 0;
  virtual absl::StatusOr<std::optional<ResourceHead>> FindResource(const std::string& id) = 0;
  // The id of the resource that has this address.
  virtual absl::StatusOr<std::optional<std::string>> FindAddress(const std::string& address) = 0;
  // The etag of an environment.
  virtual absl::StatusOr<std::optional<std::string>> FindEnvironment(const std::string& id) = 0;
  // Largest key given to a job; 0 when there is none.
  virtual absl::StatusOr<int64_t> MaxJobKey() = 0;
};

}  // namespace pe

#endif  // STORAGE_COMMIT_STORED_VIEW_H_
