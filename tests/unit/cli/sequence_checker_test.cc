#include "client/cpp/sequence_checker.h"

#include <gtest/gtest.h>

namespace provision::client {
namespace {

v1::WatchResponse Batch(int64_t from, int64_t through, std::vector<int64_t> events) {
  v1::WatchResponse batch;
  batch.set_from_seq(from);
  batch.set_through_seq(through);
  for (const int64_t seq : events) batch.add_events()->set_seq(seq);
  return batch;
}

TEST(SequenceChecker, TakesWhatFollows) {
  SequenceChecker checker(0, false);
  EXPECT_TRUE(checker.Accept(Batch(1, 2, {1, 2})).ok());
  EXPECT_TRUE(checker.Accept(Batch(3, 2, {})).ok());  // a heartbeat
  EXPECT_TRUE(checker.Accept(Batch(3, 3, {3})).ok());
  EXPECT_EQ(checker.through_seq(), 3);
}

TEST(SequenceChecker, RefusesHolesAndDuplicates) {
  SequenceChecker checker(4, false);
  EXPECT_EQ(checker.Accept(Batch(6, 6, {6})).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(checker.Accept(Batch(4, 5, {4, 5})).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(checker.Accept(Batch(5, 7, {5, 7})).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(checker.Accept(Batch(5, 6, {5, 5})).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(checker.Accept(Batch(5, 6, {5})).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(checker.Accept(Batch(5, 6, {5, 6, 7})).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(checker.Accept(Batch(5, 3, {})).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(checker.through_seq(), 4);
  EXPECT_TRUE(checker.Accept(Batch(5, 5, {5})).ok());
}

TEST(SequenceChecker, AFilterLeavesEventsOutButNotRanges) {
  SequenceChecker checker(0, true);
  EXPECT_TRUE(checker.Accept(Batch(1, 5, {1, 4})).ok());
  EXPECT_TRUE(checker.Accept(Batch(6, 9, {})).ok());
  EXPECT_FALSE(checker.Accept(Batch(11, 11, {11})).ok());
}

TEST(SequenceChecker, ASnapshotBeginsAnywhere) {
  SequenceChecker checker(std::nullopt, false);
  EXPECT_FALSE(checker.Accept(Batch(1, 1, {1})).ok());
  v1::WatchResponse snapshot = Batch(1, 40, {});
  snapshot.mutable_snapshot()->set_name("jobs/x");
  EXPECT_TRUE(checker.Accept(snapshot).ok());
  EXPECT_TRUE(checker.Accept(Batch(41, 41, {41})).ok());
}

}  // namespace
}  // namespace provision::client
