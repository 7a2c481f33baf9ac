#include "storage/commit/event_chunk.h"

#include <gtest/gtest.h>

namespace pe {
namespace {

std::vector<EventChunk> Chunks(int64_t first, int64_t last, size_t output = 0) {
  std::vector<EventChunk> chunks;
  for (int64_t seq = first; seq <= last; ++seq) {
    provision::v1::Event event;
    event.set_seq(seq);
    if (output > 0) event.mutable_output()->set_data(std::string(output, 'x'));
    AppendEvent(event, chunks);
  }
  return chunks;
}

TEST(EventChunk, IsBoundedInEventsAndBytes) {
  std::vector<EventChunk> many = Chunks(1, 1'300);
  ASSERT_EQ(many.size(), 3u);
  EXPECT_EQ(many[0].last_seq, 512);
  EXPECT_EQ(many[1].first_seq, 513);
  EXPECT_EQ(many[2].last_seq, 1'300);
  for (const EventChunk& chunk : Chunks(1, 40, 16 * 1024)) EXPECT_LT(chunk.bytes.size(), kMaxChunkBytes + 20 * 1024);
}

TEST(EventChunk, GivesWhatFollowsASequenceUpToALimit) {
  const EventChunk chunk = Chunks(11, 20)[0];
  std::vector<provision::v1::Event> events;
  ASSERT_TRUE(ParseChunk(chunk.bytes, chunk.first_seq, 13, 4, events).ok());
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].seq(), 14);
  EXPECT_EQ(events[3].seq(), 17);
}

TEST(EventChunk, EveryCutIsEitherAWholeNumberOfEventsOrAnError) {
  const EventChunk chunk = Chunks(1, 5, 30)[0];
  const size_t one = chunk.bytes.size() / 5;
  for (size_t size = 0; size < chunk.bytes.size(); ++size) {
    std::vector<provision::v1::Event> events;
    const absl::Status status = ParseChunk({chunk.bytes.data(), size}, 1, 0, 1'000, events);
    EXPECT_EQ(status.ok(), size % one == 0) << size;
    if (!status.ok()) {
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    }
  }
}

}  // namespace
}  // namespace pe
