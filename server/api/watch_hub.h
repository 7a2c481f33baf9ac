// WatchHub: brings live events to all watches, a few messages at a time. Batches of a job are collected for at most
// kWatchPaceMicros (the first of a quiet job goes at once), serialised once, and offered to each of its watches.
//
//   EventHub -> OnBatch (queues) -> pump thread: merge, serialise -> WatchSink::Offer of each watch
//
// Thread rule: thread-safe. A sink is called on the pump thread and must not block; it may be called for a moment after
// Leave has returned (it is kept alive for that).
#ifndef SERVER_API_WATCH_HUB_H_
#define SERVER_API_WATCH_HUB_H_

#include <memory>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/mutex.h"
#include "server/api/watch_message.h"
#include "server/engine/event_hub.h"

namespace pe {

class WatchSink {
 public:
  virtual ~WatchSink() = default;
  virtual void Offer(const std::vector<WatchMessagePtr>& messages) = 0;
  // Now and then, also when there is nothing: for heartbeats and stalls.
  virtual void Tick() = 0;
  virtual void Drain() = 0;
};

class WatchHub {
 public:
  struct Options {
    int64_t pace_micros;
    int64_t tick_micros;
    int max_watches;
  };
  WatchHub(EventHub* events, const Clock* clock, Options options);
  // REQUIRES: all sinks have left.
  ~WatchHub();

  // From its return on, what is published to `job` is offered to `sink`: join first, then read the store.
  // False when there are too many watches, or the hub drains.
  bool Join(const JobId& job, std::shared_ptr<WatchSink> sink);
  void Leave(const JobId& job, const WatchSink* sink);

  // Asks every watch to end, and refuses new ones.
  void Drain();
  int watches() const;

 private:
  class Feed;
  struct Due {
    std::vector<std::shared_ptr<const EventBatch>> batches;
    std::vector<std::shared_ptr<WatchSink>> sinks;
  };

  void OnBatch(Feed* feed, std::shared_ptr<const EventBatch> batch);
  void Loop();
  std::vector<Due> TakeDue(MonoMicros now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::vector<std::shared_ptr<WatchSink>> AllSinks() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  MonoMicros NextWake() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  EventHub* const events_;
  const Clock* const clock_;
  const Options options_;

  // Held while a feed comes or goes, over EventHub's calls; taken before mu_. EventHub's own lock is between the two.
  Mutex membership_mu_;
  mutable Mutex mu_;
  CondVar wake_;
  absl::flat_hash_map<JobId, std::unique_ptr<Feed>> feeds_ ABSL_GUARDED_BY(mu_);
  std::vector<Feed*> waiting_ ABSL_GUARDED_BY(mu_);  // feeds with batches
  int watches_ ABSL_GUARDED_BY(mu_) = 0;
  MonoMicros next_tick_ ABSL_GUARDED_BY(mu_) = 0;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  std::thread pump_;
};

}  // namespace pe

#endif  // SERVER_API_WATCH_HUB_H_
