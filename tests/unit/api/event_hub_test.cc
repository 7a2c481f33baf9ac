#include "server/engine/event_hub.h"

#include <gtest/gtest.h>

#include <thread>

namespace pe {
namespace {

class Recorder : public EventSubscriber {
 public:
  void OnBatch(std::shared_ptr<const EventBatch> batch) override { batches.push_back(std::move(batch)); }
  std::vector<std::shared_ptr<const EventBatch>> batches;
};

std::shared_ptr<const EventBatch> MakeBatch(const std::string& job, int64_t seq) {
  auto batch = std::make_shared<EventBatch>();
  batch->job = JobId(job);
  batch->from_seq = batch->through_seq = seq;
  batch->events.emplace_back().set_seq(seq);
  return batch;
}

TEST(EventHub, GivesTheSameBatchToAllOfItsJobAndToNobodyElse) {
  EventHub hub;
  Recorder first, second, other;
  hub.Subscribe(JobId("a"), &first);
  hub.Subscribe(JobId("a"), &second);
  hub.Subscribe(JobId("b"), &other);
  EXPECT_EQ(hub.subscribers(), 3);
  const auto batch = MakeBatch("a", 1);
  hub.Publish(batch);
  ASSERT_EQ(first.batches.size(), 1u);
  EXPECT_EQ(first.batches[0], batch);
  EXPECT_EQ(second.batches, first.batches);
  EXPECT_TRUE(other.batches.empty());
}

TEST(EventHub, NothingComesAfterUnsubscribe) {
  EventHub hub;
  std::thread publisher;
  {
    Recorder gone;
    hub.Subscribe(JobId("a"), &gone);
    publisher = std::thread([&] {
      for (int i = 1; i <= 20'000; ++i) hub.Publish(MakeBatch("a", i));
    });
    hub.Unsubscribe(JobId("a"), &gone);
    const size_t had = gone.batches.size();
    hub.Publish(MakeBatch("a", 1));
    EXPECT_EQ(gone.batches.size(), had);
  }  // the subscriber is destroyed while it is published on
  publisher.join();
  EXPECT_EQ(hub.subscribers(), 0);
}

TEST(EventHub, UnsubscribeOfAStrangerIsHarmless) {
  EventHub hub;
  Recorder one;
  hub.Unsubscribe(JobId("a"), &one);
  hub.Subscribe(JobId("a"), &one);
  hub.Unsubscribe(JobId("b"), &one);
  EXPECT_EQ(hub.subscribers(), 1);
}

}  // namespace
}  // namespace pe
