#include "server/api/watch_hub.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "tests/unit/api/watch_fixtures.h"

namespace pe {
namespace {

class Sink : public WatchSink {
 public:
  void Offer(const std::vector<WatchMessagePtr>& messages) override {
    std::lock_guard lock(mu_);
    got_.insert(got_.end(), messages.begin(), messages.end());
    changed_.notify_all();
  }
  void Tick() override {
    std::lock_guard lock(mu_);
    ++ticks_;
    changed_.notify_all();
  }
  void Drain() override {
    std::lock_guard lock(mu_);
    drained_ = true;
  }
  std::vector<WatchMessagePtr> WaitThrough(int64_t seq) {
    std::unique_lock lock(mu_);
    changed_.wait(lock, [&] { return !got_.empty() && got_.back()->through_seq >= seq; });
    return got_;
  }
  void WaitTicks(int count) {
    std::unique_lock lock(mu_);
    changed_.wait(lock, [&] { return ticks_ >= count; });
  }
  bool drained() {
    std::lock_guard lock(mu_);
    return drained_;
  }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  std::vector<WatchMessagePtr> got_;
  int ticks_ = 0;
  bool drained_ = false;
};

constexpr WatchHub::Options kOptions{.pace_micros = 20'000, .tick_micros = 5'000, .max_watches = 3};

TEST(WatchHub, CollectsABurstAndSharesIt) {
  EventHub events;
  SystemClock clock;
  WatchHub hub(&events, &clock, kOptions);
  auto first = std::make_shared<Sink>(), second = std::make_shared<Sink>();
  ASSERT_TRUE(hub.Join(JobId("j"), first));
  ASSERT_TRUE(hub.Join(JobId("j"), second));
  EXPECT_EQ(events.subscribers(), 1);  // one for both
  for (int64_t seq = 1; seq <= 1000; ++seq) events.Publish(BatchOf(seq, seq));
  const auto got = first->WaitThrough(1000);
  EXPECT_EQ(second->WaitThrough(1000), got);  // the very same messages
  int64_t next = 1;
  for (const auto& message : got) {
    EXPECT_EQ(message->from_seq, next);
    next = message->through_seq + 1;
  }
  EXPECT_LT(got.size(), 500u);
  hub.Leave(JobId("j"), first.get());
  EXPECT_EQ(events.subscribers(), 1);
  hub.Leave(JobId("j"), second.get());
  EXPECT_EQ(events.subscribers(), 0);
  EXPECT_EQ(hub.watches(), 0);
}

TEST(WatchHub, TheEndOfAJobIsNotHeldBack) {
  EventHub events;
  SystemClock clock;
  WatchHub hub(&events, &clock, {.pace_micros = int64_t{1} << 50, .tick_micros = int64_t{1} << 50, .max_watches = 1});
  auto sink = std::make_shared<Sink>();
  ASSERT_TRUE(hub.Join(JobId("j"), sink));
  events.Publish(BatchOf(1, 1));
  sink->WaitThrough(1);
  events.Publish(BatchOf(2, 2));  // waits for the pace, which is years
  events.Publish(BatchOf(3, 3, true));
  EXPECT_EQ(sink->WaitThrough(3).back()->through_seq, 3);
  hub.Leave(JobId("j"), sink.get());
}

TEST(WatchHub, TicksDrainsAndIsBounded) {
  EventHub events;
  SystemClock clock;
  WatchHub hub(&events, &clock, kOptions);
  std::vector<std::shared_ptr<Sink>> sinks;
  for (int i = 0; i < kOptions.max_watches; ++i) {
    sinks.push_back(std::make_shared<Sink>());
    ASSERT_TRUE(hub.Join(JobId(std::to_string(i)), sinks.back()));
  }
  EXPECT_FALSE(hub.Join(JobId("j"), std::make_shared<Sink>()));
  sinks[0]->WaitTicks(3);
  sinks[2]->WaitTicks(3);
  hub.Leave(JobId("0"), sinks[0].get());
  hub.Drain();
  EXPECT_FALSE(sinks[0]->drained());
  EXPECT_TRUE(sinks[1]->drained());
  EXPECT_TRUE(sinks[2]->drained());
  EXPECT_FALSE(hub.Join(JobId("j"), sinks[0]));  // no new ones
  hub.Leave(JobId("1"), sinks[1].get());
  hub.Leave(JobId("2"), sinks[2].get());
  hub.Leave(JobId("2"), sinks[2].get());  // twice is harmless
  EXPECT_EQ(events.subscribers(), 0);
}

}  // namespace
}  // namespace pe
