// Bounds and refusals of reads, the same for every backend. Pure.
#ifndef STORAGE_COMMIT_READ_LIMITS_H_
#define STORAGE_COMMIT_READ_LIMITS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/id.h"
#include "base/text.h"
#include "storage/store.h"

namespace pe {

// No read transaction outlives one page.
inline constexpr int kMaxPage = 1'000;
// Rows that one page of a filtered list looks at, so that a filter that nothing matches cannot hold a reader.
inline constexpr int64_t kMaxScan = 10'000;
// What one DropEvents takes at most, so that commits that wait behind it wait for milliseconds.
inline constexpr int64_t kMaxDropChunks = 256;
inline constexpr int64_t kMaxDropBytes = 8 * 1024 * 1024;

inline size_t PageLimit(int limit) { return static_cast<size_t>(std::clamp(limit, 1, kMaxPage)); }

inline absl::Status NoJob(const JobId& id) {
  return absl::NotFoundError(absl::StrCat("there is no job ", Shorten(Printable(id.str()), 100)));
}
inline absl::Status NoResource(const ResourceId& id) {
  return absl::NotFoundError(absl::StrCat("there is no resource ", Shorten(Printable(id.str()), 100)));
}
inline absl::Status NoEnvironment(const EnvironmentId& id) {
  return absl::NotFoundError(absl::StrCat("there is no environment ", Shorten(Printable(id.str()), 100)));
}
inline absl::Status NoPrivate(const JobId& id, const std::string& key) {
  return absl::NotFoundError(absl::StrCat("job ", id.str(), " has no private row ", key));
}
inline absl::Status BadUnfinishedCursor(const std::string& after) {
  return absl::InvalidArgumentError(
      absl::StrCat("'", Shorten(Printable(after), 100), "' is not a job of an earlier page"));
}
inline absl::Status EventsGone(const JobId& id, int64_t oldest_available) {
  return absl::OutOfRangeError(absl::StrCat("the oldest available event of job ", id.str(), " is ", oldest_available));
}

}  // namespace pe

#endif  // STORAGE_COMMIT_READ_LIMITS_H_
