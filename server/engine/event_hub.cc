#include "server/engine/event_hub.h"

#include <algorithm>
#include <utility>

namespace pe {

void EventHub::Subscribe(const JobId& job, EventSubscriber* subscriber) {
  MutexLock lock(&mu_);
  subscribers_[job].push_back(subscriber);
}

void EventHub::Unsubscribe(const JobId& job, EventSubscriber* subscriber) {
  MutexLock lock(&mu_);
  const auto found = subscribers_.find(job);
  if (found == subscribers_.end()) return;
  auto& list = found->second;
  list.erase(std::remove(list.begin(), list.end(), subscriber), list.end());
  if (list.empty()) subscribers_.erase(found);
}

// The lock is held over OnBatch, which only queues: that is what makes "never after Unsubscribe" true.
void EventHub::Publish(std::shared_ptr<const EventBatch> batch) {
  MutexLock lock(&mu_);
  const auto found = subscribers_.find(batch->job);
  if (found == subscribers_.end()) return;
  for (EventSubscriber* subscriber : found->second) subscriber->OnBatch(batch);
}

int64_t EventHub::subscribers() const {
  MutexLock lock(&mu_);
  int64_t count = 0;
  for (const auto& [job, list] : subscribers_) count += static_cast<int64_t>(list.size());
  return count;
}

}  // namespace pe
