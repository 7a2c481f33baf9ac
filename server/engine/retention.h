// Retention: keeps the events of jobs that have ended within an age and a total size, now and then, on a thread of its
// own. Summaries stay; see Store::DropEvents. A failure (a full disk, a store that recovers) is tried again.
// Thread rule: RunRetention is for any one thread; Retention's constructor and destructor for its owner.
#ifndef SERVER_ENGINE_RETENTION_H_
#define SERVER_ENGINE_RETENTION_H_

#include <cstdint>
#include <functional>
#include <thread>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "storage/store.h"

namespace pe {

struct RetentionLimits {
  int64_t age_micros = 0;  // since the job's end; 0: any age
  int64_t max_bytes = 0;   // of the events of ended jobs; 0: any size

  bool any() const { return age_micros > 0 || max_bytes > 0; }
};

// Whatever the size, events stay for so long after their job's end (or for the age, where that is shorter), so that
// whoever watches can read the end.
inline constexpr int64_t kKeptForReaders = 10 * 60 * kMicrosPerSecond;

struct RetentionResult {
  int64_t events = 0;
  int64_t bytes = 0;
};

// One pass: by age, then by size. `pause` is called between pieces, so that others' writes go first; false ends the
// pass.
absl::StatusOr<RetentionResult> RunRetention(Store& store, const Lease& lease, WallMicros now,
                                             const RetentionLimits& limits, const std::function<bool()>& pause);

class Retention {
 public:
  // Hears of each pass that dropped something or failed, on the thread of this.
  using Report = std::function<void(const absl::StatusOr<RetentionResult>&)>;
  // Nothing happens when `limits` has none. `store` and `clock` outlive this.
  Retention(Store* store, const Clock* clock, Lease lease, RetentionLimits limits, Report report);
  ~Retention();

 private:
  void Loop();
  // False: it is time to end.
  bool Sleep(int64_t micros);

  Store* const store_;
  const Clock* const clock_;
  const Lease lease_;
  const RetentionLimits limits_;
  const Report report_;
  Mutex mu_;
  CondVar ending_;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace pe

#endif  // SERVER_ENGINE_RETENTION_H_
