#include "server/api/watch_hub.h"

#include <algorithm>
#include <utility>

namespace pe {

// The watches of one job. All fields but `job` belong to WatchHub::mu_.
class WatchHub::Feed final : public EventSubscriber {
 public:
  Feed(WatchHub* hub, JobId id) : job(std::move(id)), hub_(hub) {}
  void OnBatch(std::shared_ptr<const EventBatch> batch) override { hub_->OnBatch(this, std::move(batch)); }

  const JobId job;
  std::vector<std::shared_ptr<WatchSink>> sinks;
  std::vector<std::shared_ptr<const EventBatch>> batches;
  MonoMicros due = 0;  // when its batches go, or when the last ones have gone plus the pace

 private:
  WatchHub* const hub_;
};

WatchHub::WatchHub(EventHub* events, const Clock* clock, Options options)
    : events_(events), clock_(clock), options_(options), pump_([this] { Loop(); }) {}

WatchHub::~WatchHub() {
  {
    MutexLock lock(&mu_);
    ending_ = true;
  }
  wake_.SignalAll();
  pump_.join();
}

bool WatchHub::Join(const JobId& job, std::shared_ptr<WatchSink> sink) {
  MutexLock membership(&membership_mu_);
  Feed* created = nullptr;
  {
    MutexLock lock(&mu_);
    if (draining_ || watches_ >= options_.max_watches) return false;
    ++watches_;
    auto& feed = feeds_[job];
    if (feed == nullptr) {
      feed = std::make_unique<Feed>(this, job);
      created = feed.get();
    }
    feed->sinks.push_back(std::move(sink));
  }
  if (created != nullptr) events_->Subscribe(job, created);
  return true;
}

void WatchHub::Leave(const JobId& job, const WatchSink* sink) {
  MutexLock membership(&membership_mu_);
  std::unique_ptr<Feed> empty;
  std::shared_ptr<WatchSink> gone;  // outlives the lock
  {
    MutexLock lock(&mu_);
    const auto found = feeds_.find(job);
    if (found == feeds_.end()) return;
    auto& sinks = found->second->sinks;
    const auto at = std::find_if(sinks.begin(), sinks.end(), [&](const auto& one) { return one.get() == sink; });
    if (at == sinks.end()) return;
    gone = std::move(*at);
    sinks.erase(at);
    --watches_;
    if (sinks.empty()) {
      empty = std::move(found->second);
      feeds_.erase(found);
    }
  }
  if (empty == nullptr) return;
  events_->Unsubscribe(job, empty.get());
  // A last batch may have come between the two; nobody wants it any more.
  MutexLock lock(&mu_);
  waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), empty.get()), waiting_.end());
}

void WatchHub::OnBatch(Feed* feed, std::shared_ptr<const EventBatch> batch) {
  MutexLock lock(&mu_);
  const bool first = feed->batches.empty();
  if (first) {
    waiting_.push_back(feed);
    feed->due = std::max(feed->due, clock_->Mono());
  }
  // The end of a job is what somebody waits for, and nothing comes after it that could be collected.
  if (batch->terminal) feed->due = clock_->Mono();
  if (first || batch->terminal) wake_.Signal();
  feed->batches.push_back(std::move(batch));
}

void WatchHub::Drain() {
  std::vector<std::shared_ptr<WatchSink>> sinks;
  {
    MutexLock lock(&mu_);
    draining_ = true;
    sinks = AllSinks();
  }
  for (const auto& sink : sinks) sink->Drain();
}

int WatchHub::watches() const {
  MutexLock lock(&mu_);
  return watches_;
}

std::vector<std::shared_ptr<WatchSink>> WatchHub::AllSinks() const {
  std::vector<std::shared_ptr<WatchSink>> sinks;
  sinks.reserve(watches_);
  for (const auto& [job, feed] : feeds_) sinks.insert(sinks.end(), feed->sinks.begin(), feed->sinks.end());
  return sinks;
}

MonoMicros WatchHub::NextWake() const {
  MonoMicros next = next_tick_;
  for (const Feed* feed : waiting_) next = std::min(next, feed->due);
  return next;
}

std::vector<WatchHub::Due> WatchHub::TakeDue(MonoMicros now) {
  std::vector<Due> taken;
  const auto is_due = [&](Feed* feed) {
    if (feed->due > now) return false;
    taken.push_back({std::exchange(feed->batches, {}), feed->sinks});
    feed->due = now + options_.pace_micros;
    return true;
  };
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), is_due), waiting_.end());
  return taken;
}

void WatchHub::Loop() {
  mu_.Lock();
  while (!ending_) {
    const MonoMicros now = clock_->Mono();
    std::vector<std::shared_ptr<WatchSink>> ticked;
    if (now >= next_tick_) {
      next_tick_ = now + options_.tick_micros;
      ticked = AllSinks();
    }
    std::vector<Due> due = TakeDue(now);
    if (due.empty() && ticked.empty()) {
      wake_.WaitFor(&mu_, NextWake() - now);
      continue;
    }
    mu_.Unlock();
    for (const Due& one : due) {
      const auto messages = MergeBatches(one.batches);
      for (const auto& sink : one.sinks) sink->Offer(messages);
    }
    for (const auto& sink : ticked) sink->Tick();
    due.clear();
    ticked.clear();  // the last hold of a sink may be here, and its end takes the lock
    mu_.Lock();
  }
  mu_.Unlock();
}

}  // namespace pe
