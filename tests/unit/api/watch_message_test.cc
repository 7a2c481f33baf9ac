#include "server/api/watch_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/api/limits.h"
#include "tests/unit/api/watch_fixtures.h"

namespace pe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(WatchMessage, FilterLeavesOutWhatIsNotWanted) {
  provision::v1::WatchFilter filter;
  EXPECT_TRUE(Passes(filter, EventAt(1, 3, true)));
  filter.set_no_output(true);
  EXPECT_FALSE(Passes(filter, EventAt(1, 3, true)));
  EXPECT_TRUE(Passes(filter, EventAt(1, 3)));
  filter.Clear();
  filter.add_targets(2);
  EXPECT_TRUE(Passes(filter, EventAt(1, -1)));
  EXPECT_TRUE(Passes(filter, EventAt(1, 2, true)));
  EXPECT_FALSE(Passes(filter, EventAt(1, 3)));
}

TEST(WatchMessage, BatchesMergeIntoOneMessage) {
  const auto messages = MergeBatches({BatchOf(4, 5), BatchOf(6, 6), BatchOf(7, 9, true)});
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0]->terminal);
  EXPECT_THAT(Seqs(Parsed(*messages[0])), ElementsAre(4, 5, 6, 7, 8, 9));
}

TEST(WatchMessage, AGapBetweenBatchesIsNotHidden) {
  const auto messages = MergeBatches({BatchOf(1, 2), BatchOf(5, 6)});
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0]->through_seq, 2);
  EXPECT_EQ(messages[1]->from_seq, 5);
}

TEST(WatchMessage, MessagesAreBounded) {
  std::vector<std::shared_ptr<const EventBatch>> batches;
  for (int64_t seq = 1; seq <= 200; ++seq) {
    auto batch = std::make_shared<EventBatch>(*BatchOf(seq, seq));
    batch->events[0].mutable_output()->set_data(std::string(16 << 10, 'x'));
    batches.push_back(batch);
  }
  int64_t next = 1;
  for (const auto& message : MergeBatches(batches)) {
    EXPECT_LE(message->size, kMaxWatchMessageBytes + 64);
    EXPECT_EQ(message->from_seq, next);
    next = message->through_seq + 1;
  }
  EXPECT_EQ(next, 201);
}

TEST(WatchMessage, JoinedIsAsIfItHadBeenOneFromTheBeginning) {
  const auto bytes = [](const WatchMessage& message) {
    std::vector<grpc::Slice> slices;
    EXPECT_TRUE(message.bytes.Dump(&slices).ok());
    std::string out;
    for (const grpc::Slice& slice : slices) out.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    return out;
  };
  std::vector<WatchMessagePtr> parts;
  for (const auto& batch : {BatchOf(1, 3), BatchOf(4, 4), BatchOf(5, 200, true)})
    parts.push_back(MergeBatches({batch})[0]);
  const auto joined = JoinMessages(parts);
  const auto whole = MergeBatches({BatchOf(1, 3), BatchOf(4, 4), BatchOf(5, 200, true)})[0];
  // Byte for byte: JSON is made from the wire's order, where a field that came twice would be there twice.
  EXPECT_EQ(bytes(*joined), bytes(*whole));
  EXPECT_EQ(joined->size, whole->size);
  EXPECT_EQ(joined->tail_size, whole->tail_size);
  EXPECT_EQ(joined->batches.size(), 3u);
  EXPECT_TRUE(joined->terminal);
  EXPECT_EQ(Parsed(*joined).events_size(), 200);
}

TEST(WatchMessage, PartStartsAfterWhatIsKnownAndKeepsItsRange) {
  const auto whole = MergeBatches({BatchOf(1, 3), BatchOf(4, 6)})[0];
  const auto part = PartOf(*whole, 2, {});
  EXPECT_EQ(part->from_seq, 3);
  EXPECT_THAT(Seqs(Parsed(*part)), ElementsAre(3, 4, 5, 6));
  provision::v1::WatchFilter filter;
  filter.add_targets(7);
  auto batch = std::make_shared<EventBatch>(*BatchOf(1, 2));
  batch->events[0].set_target(1);
  batch->events[1].set_target(2);
  const auto nothing = PartOf(*MergeBatches({batch})[0], 0, filter);
  EXPECT_THAT(Seqs(Parsed(*nothing)), IsEmpty());
  EXPECT_EQ(nothing->through_seq, 2);
  // The shared events are untouched.
  EXPECT_THAT(Seqs(Parsed(*PartOf(*whole, 0, {}))), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(WatchMessage, HistorySplitsIntoContiguousBoundedMessages) {
  std::vector<provision::v1::Event> events;
  for (int64_t seq = 11; seq <= 110; ++seq) {
    events.push_back(EventAt(seq, 0, true));
    events.back().mutable_output()->set_data(std::string(50'000, 'x'));
  }
  const auto messages = SplitEvents(events, 10, {});
  EXPECT_GE(messages.size(), 5u);
  int64_t next = 11;
  for (const auto& message : messages) {
    EXPECT_EQ(message->from_seq, next);
    EXPECT_EQ(Seqs(Parsed(*message)).size(), static_cast<size_t>(message->through_seq - message->from_seq + 1));
    EXPECT_LE(message->size, kMaxWatchMessageBytes + 64);
    next = message->through_seq + 1;
  }
  EXPECT_EQ(next, 111);

  provision::v1::WatchFilter no_output;
  no_output.set_no_output(true);
  const auto one = SplitEvents(events, 10, no_output);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0]->through_seq, 110);
  EXPECT_THAT(Seqs(Parsed(*one[0])), IsEmpty());
  EXPECT_THAT(SplitEvents({}, 10, {}), IsEmpty());
}

TEST(WatchMessage, HeartbeatCoversNothing) {
  const auto beat = MakeHeartbeat(9);
  EXPECT_EQ(Parsed(*beat).from_seq(), 10);
  EXPECT_EQ(Parsed(*beat).through_seq(), 9);
}

}  // namespace
}  // namespace pe
