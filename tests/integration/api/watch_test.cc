#include <gmock/gmock.h>

#include <limits>
#include <thread>

#include "tests/integration/api/api_fixture.h"

namespace pe {
namespace {

using provision::v1::WatchRequest;
using provision::v1::WatchResponse;
using ::testing::ElementsAre;

// A watch that is read to its end, with its ranges checked on the way.
class WatchTest : public ApiFixture {
 protected:
  struct Stream {
    std::unique_ptr<grpc::ClientContext> context = Context();
    std::unique_ptr<grpc::ClientReader<WatchResponse>> reader;
    int64_t next = 1;
    std::vector<int64_t> seqs;
    int heartbeats = 0;
    WatchResponse last;

    bool Read() {
      if (!reader->Read(&last)) return false;
      EXPECT_EQ(last.from_seq(), next);
      if (last.through_seq() < last.from_seq()) ++heartbeats;
      next = last.through_seq() + 1;
      for (const auto& event : last.events()) seqs.push_back(event.seq());
      return true;
    }
    grpc::Status ReadAll() {
      while (Read()) {
      }
      return reader->Finish();
    }
  };
  Stream Watch(const std::string& name, std::optional<int64_t> after, provision::v1::WatchFilter filter = {}) {
    WatchRequest request;
    request.set_name(name);
    if (after.has_value()) request.set_after_seq(*after);
    *request.mutable_filter() = filter;
    Stream stream;
    stream.next = after.value_or(0) + 1;
    stream.reader = jobs_->Watch(stream.context.get(), request);
    return stream;
  }
};

std::vector<int64_t> Range(int64_t from, int64_t through) {
  std::vector<int64_t> out;
  for (int64_t i = from; i <= through; ++i) out.push_back(i);
  return out;
}

TEST_F(WatchTest, HistoryOfAnEndedJob) {
  const std::string name = engine_.MakeJob("a");
  engine_.Append(name, 1000);
  engine_.End(name);
  Stream stream = Watch(name, 0);
  EXPECT_TRUE(stream.ReadAll().ok());
  EXPECT_EQ(stream.seqs, Range(1, 1002));
  Stream resumed = Watch(name, 500);
  EXPECT_TRUE(resumed.ReadAll().ok());
  EXPECT_EQ(resumed.seqs, Range(501, 1002));
  Stream done = Watch(name, 1002);
  EXPECT_TRUE(done.ReadAll().ok());
  EXPECT_TRUE(done.seqs.empty());
}

TEST_F(WatchTest, SnapshotThenTail) {
  const std::string name = engine_.MakeJob("a");
  engine_.Append(name, 9);
  Stream stream = Watch(name, std::nullopt);
  ASSERT_TRUE(stream.Read());
  ASSERT_TRUE(stream.last.has_snapshot());
  EXPECT_EQ(stream.last.snapshot().last_seq(), stream.last.through_seq());
  EXPECT_EQ(stream.last.through_seq(), 10);
  EXPECT_EQ(stream.last.snapshot().targets(0).steps_size(), 1);
  engine_.Append(name, 5);
  engine_.End(name);
  EXPECT_TRUE(stream.ReadAll().ok());
  EXPECT_EQ(stream.seqs, Range(11, 16));
  EXPECT_FALSE(stream.last.has_snapshot());
  Stream late = Watch(name, std::nullopt);
  EXPECT_TRUE(late.ReadAll().ok());
  EXPECT_EQ(late.last.snapshot().state(), provision::v1::Job::SUCCEEDED);
}

TEST_F(WatchTest, LiveEventsComeAtOnce) {
  const std::string name = engine_.MakeJob("a");
  Stream stream = Watch(name, 1);
  for (int i = 0; i < 5; ++i) {
    engine_.Append(name, 1);
    ASSERT_TRUE(stream.Read());  // without waiting for more
    EXPECT_EQ(stream.seqs.back(), 2 + i);
  }
}

TEST_F(WatchTest, EventsDuringTheJoinAreNeitherLostNorDoubled) {
  const std::string name = engine_.MakeJob("a");
  std::thread writer([&] {
    for (int i = 0; i < 300; ++i) engine_.Append(name, 3);
    engine_.End(name);
  });
  for (int round = 0; round < 40; ++round) {
    Stream stream = Watch(name, round % 2 == 0 ? std::optional<int64_t>(0) : std::nullopt);
    const int stop = 1 + round % 7;
    for (int i = 0; i < stop && stream.Read(); ++i) {
    }
    stream.context->TryCancel();
    stream.reader->Finish();
  }
  Stream last = Watch(name, 0);
  EXPECT_TRUE(last.ReadAll().ok());
  EXPECT_EQ(last.seqs, Range(1, 902));
  writer.join();
}

TEST_F(WatchTest, FiltersKeepRangesContiguous) {
  const std::string name = engine_.MakeJob("a");
  engine_.Append(name, 50);
  provision::v1::WatchFilter no_output;
  no_output.set_no_output(true);
  provision::v1::WatchFilter one_target;
  one_target.add_targets(1);
  Stream quiet = Watch(name, 0, no_output), one = Watch(name, 0, one_target);
  ASSERT_TRUE(quiet.Read() && one.Read());
  for (int i = 0; i < 5; ++i) engine_.Append(name, 10);
  engine_.End(name);
  EXPECT_TRUE(quiet.ReadAll().ok());
  EXPECT_TRUE(one.ReadAll().ok());
  EXPECT_EQ(quiet.next, 103);
  EXPECT_EQ(one.next, 103);
  for (const int64_t seq : quiet.seqs) EXPECT_TRUE(seq % 3 != 0 || seq == 102) << seq;  // 102 is the job's end
  for (const int64_t seq : one.seqs) EXPECT_TRUE(seq % 3 != 0 || seq % 9 == 3) << seq;
  EXPECT_EQ(quiet.seqs.size(), 102u - 33u);
}

TEST_F(WatchTest, ErrorsOfAWatch) {
  const std::string name = engine_.MakeJob("a");
  const grpc::Status missing = Watch("jobs/nope", 0).ReadAll();
  EXPECT_EQ(missing.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(missing)->resource_name(), "jobs/nope");
  EXPECT_EQ(Watch("jobs/nope", std::nullopt).ReadAll().error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(BadFields(Watch("nope", 0).ReadAll()), ElementsAre("name"));
  EXPECT_THAT(BadFields(Watch(name, 99).ReadAll()), ElementsAre("after_seq"));
  EXPECT_THAT(BadFields(Watch(name, -1).ReadAll()), ElementsAre("after_seq"));
}

TEST_F(WatchTest, WhatIsNotKeptAnyMoreIsSaidWithTheOldestSequence) {
  const std::string name = engine_.MakeJob("a");
  engine_.Append(name, 100);
  engine_.End(name);
  const auto dropped = store_.DropEvents(engine_.lease(), std::numeric_limits<int64_t>::max(), 1 << 30);
  ASSERT_TRUE(dropped.ok()) << dropped.status();
  EXPECT_EQ(dropped->events, 102);
  const grpc::Status gone = Watch(name, 50).ReadAll();
  EXPECT_EQ(gone.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_THAT(gone.error_message(), testing::HasSubstr("ask Status"));
  const auto info = DetailOf<google::rpc::ErrorInfo>(gone);
  EXPECT_EQ(info->reason(), "CURSOR_TOO_OLD");
  EXPECT_EQ(info->metadata().at("oldest_available_seq"), "103");
  Stream rest = Watch(name, 102);
  EXPECT_TRUE(rest.ReadAll().ok());
  Stream snapshot = Watch(name, std::nullopt);
  EXPECT_TRUE(snapshot.ReadAll().ok());
}

TEST_F(WatchTest, HeartbeatsWhenQuietAndALostNoticeIsFound) {
  Start({.heartbeat_micros = 50'000});
  const std::string name = engine_.MakeJob("a");
  Stream stream = Watch(name, 1);
  while (stream.heartbeats < 3) ASSERT_TRUE(stream.Read());
  EXPECT_EQ(stream.next, 2);
  engine_.LoseNextNotice();
  engine_.End(name);
  EXPECT_TRUE(stream.ReadAll().ok());
  EXPECT_THAT(stream.seqs, ElementsAre(2));
}

TEST_F(WatchTest, ASlowReaderGetsEverythingAtItsOwnPaceAndHoldsNobodyUp) {
  const std::string name = engine_.MakeJob("a");
  Stream slow = Watch(name, 0), quick = Watch(name, 0);
  ASSERT_TRUE(slow.Read() && quick.Read());
  for (int i = 0; i < 200; ++i) engine_.Append(name, 30, 8 << 10);  // 16 MiB: more than all buffers together
  engine_.End(name);
  EXPECT_TRUE(quick.ReadAll().ok());  // while the slow one has read nothing
  EXPECT_EQ(quick.seqs, Range(1, 6002));
  EXPECT_TRUE(slow.ReadAll().ok());
  EXPECT_EQ(slow.seqs, Range(1, 6002));
}

TEST_F(WatchTest, AReaderThatTakesNothingIsClosedAndCanResume) {
  Start({.heartbeat_micros = 50'000, .stall_micros = 200'000});
  const std::string name = engine_.MakeJob("a");
  Stream slow = Watch(name, 0), witness = Watch(name, 0);
  ASSERT_TRUE(slow.Read() && witness.Read());
  for (int i = 0; i < 100; ++i) engine_.Append(name, 30, 8 << 10);
  while (witness.next < 3002) ASSERT_TRUE(witness.Read());
  // Ten heartbeats of the other watch later, the stall time has long passed. Then it gets what was under way, and why.
  for (const int before = witness.heartbeats; witness.heartbeats < before + 10;) ASSERT_TRUE(witness.Read());
  const grpc::Status closed = slow.ReadAll();
  EXPECT_EQ(closed.error_code(), grpc::StatusCode::ABORTED) << closed.error_message();
  EXPECT_LT(slow.next, 3002);
  const auto info = DetailOf<google::rpc::ErrorInfo>(closed);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->reason(), "SLOW_READER");
  EXPECT_EQ(std::stoll(info->metadata().at("last_seq")), slow.next - 1);
  engine_.End(name);
  Stream resumed = Watch(name, slow.next - 1);
  EXPECT_TRUE(resumed.ReadAll().ok());
  slow.seqs.insert(slow.seqs.end(), resumed.seqs.begin(), resumed.seqs.end());
  EXPECT_EQ(slow.seqs, Range(1, 3002));
}

TEST_F(WatchTest, DrainEndsStreamsResumably) {
  const std::string name = engine_.MakeJob("a");
  Stream stream = Watch(name, 0);
  ASSERT_TRUE(stream.Read());
  api_->Shutdown(10 * kMicrosPerSecond);
  const grpc::Status status = stream.ReadAll();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status)->metadata().at("last_seq"), "1");
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(status).has_value());
  EXPECT_EQ(hub_.subscribers(), 0);
  Start();
  engine_.End(name);
  Stream resumed = Watch(name, stream.next - 1);
  EXPECT_TRUE(resumed.ReadAll().ok());
  EXPECT_THAT(resumed.seqs, ElementsAre(2));
}

}  // namespace
}  // namespace pe
