// What tests of watches share: events, batches, and messages read back.
#ifndef TESTS_UNIT_API_WATCH_FIXTURES_H_
#define TESTS_UNIT_API_WATCH_FIXTURES_H_

#include <grpcpp/impl/codegen/proto_utils.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "server/api/watch_message.h"

namespace pe {

inline provision::v1::Event EventAt(int64_t seq, int32_t target = -1, bool output = false) {
  provision::v1::Event event;
  event.set_seq(seq);
  event.set_target(target);
  if (output) {
    event.mutable_output()->set_data("line\n");
  } else {
    event.mutable_warning()->set_message("w");
  }
  return event;
}

inline std::shared_ptr<const EventBatch> BatchOf(int64_t from, int64_t through, bool terminal = false) {
  auto batch = std::make_shared<EventBatch>();
  batch->job = JobId("j");
  batch->from_seq = from;
  batch->through_seq = through;
  for (int64_t seq = from; seq <= through; ++seq) batch->events.push_back(EventAt(seq));
  batch->terminal = terminal;
  return batch;
}

inline provision::v1::WatchResponse Parsed(const WatchMessage& message) {
  provision::v1::WatchResponse response;
  grpc::ByteBuffer copy(message.bytes);
  EXPECT_TRUE(grpc::SerializationTraits<provision::v1::WatchResponse>::Deserialize(&copy, &response).ok());
  EXPECT_EQ(response.from_seq(), message.from_seq);
  EXPECT_EQ(response.through_seq(), message.through_seq);
  return response;
}

inline std::vector<int64_t> Seqs(const provision::v1::WatchResponse& response) {
  std::vector<int64_t> seqs;
  for (const auto& event : response.events()) seqs.push_back(event.seq());
  return seqs;
}

}  // namespace pe

#endif  // TESTS_UNIT_API_WATCH_FIXTURES_H_
