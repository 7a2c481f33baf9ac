// EventHub: tells watchers of a job about events that are durable. It keeps no history: that is in the store.
//
// A batch is made once and shared by all watchers. Publish comes after the commit, in order of sequence per job.
// A subscriber that joined before a Publish gets it; what came before is read from the store: subscribe first, then
// read the store, then drop what is at or below what was read. Thread rule: thread-safe. OnBatch is called on the
// publishing thread and must only queue; it is never called after Unsubscribe has returned.
#ifndef SERVER_ENGINE_EVENT_HUB_H_
#define SERVER_ENGINE_EVENT_HUB_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/id.h"
#include "base/mutex.h"
#include "provision/v1/event.pb.h"

namespace pe {

// Durable events of one job with contiguous sequences.
struct EventBatch {
  JobId job;
  int64_t from_seq = 0;
  int64_t through_seq = 0;
  std::vector<provision::v1::Event> events;
  bool terminal = false;  // the last of the job
};

class EventSubscriber {
 public:
  virtual ~EventSubscriber() = default;
  virtual void OnBatch(std::shared_ptr<const EventBatch> batch) = 0;
};

class EventHub {
 public:
  // `subscriber` outlives its subscription.
  void Subscribe(const JobId& job, EventSubscriber* subscriber);
  void Unsubscribe(const JobId& job, EventSubscriber* subscriber);
  void Publish(std::shared_ptr<const EventBatch> batch);
  int64_t subscribers() const;

 private:
  mutable Mutex mu_;
  absl::flat_hash_map<JobId, std::vector<EventSubscriber*>> subscribers_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pe

#endif  // SERVER_ENGINE_EVENT_HUB_H_
