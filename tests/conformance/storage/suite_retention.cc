// Retention: what DropEvents takes, what it leaves, and what readers are told.
#include "absl/strings/str_cat.h"
#include "tests/conformance/storage/store_suite.h"

namespace pe {
namespace {

using provision::v1::Job;

constexpr WallMicros kLongAfter = 1'800'000'000'000'000;
constexpr int64_t kAll = int64_t{1} << 40;

// A job whose end was stored at `ended`; every event has `bytes` of output.
void End(Store& store, const Lease& lease, const std::string& id, WallMicros ended, int64_t events = 3,
         size_t bytes = 16) {
  Batch batch{.epoch = lease.epoch, .now = ended};
  batch.jobs.push_back(NewJob(id));
  AppendEvents append = NewEvents(id, 1, events, Job::SUCCEEDED);
  for (auto& event : append.events) event.mutable_output()->set_data(std::string(bytes, 'x'));
  batch.appends.push_back(std::move(append));
  PE_ASSERT_OK(SubmitAndWait(store, std::move(batch)));
}

int64_t Oldest(Store& store, const std::string& id) {
  const auto page = store.ReadEvents(JobId(id), store.GetJob(JobId(id), JobDetail::kSummary)->last_seq(), 1);
  return page.ok() ? page->oldest_available : -1;
}

// Until there is no more; returns how many events went.
int64_t DropAll(Store& store, const Lease& lease, WallMicros ended_before) {
  for (int64_t events = 0;;) {
    const auto dropped = store.DropEvents(lease, ended_before, kAll);
    EXPECT_TRUE(dropped.ok()) << dropped.status();
    if (!dropped.ok()) return -1;
    events += dropped->events;
    if (!dropped->more) return events;
  }
}

TEST_P(StoreSuite, RetentionIsForJobsThatEndedBefore) {
  End(*store_, lease_, "old", 100);
  End(*store_, lease_, "new", 200);
  Create("runs", 3);
  EXPECT_EQ(DropAll(*store_, lease_, 200), 3);
  EXPECT_EQ(Oldest(*store_, "old"), 4);
  EXPECT_EQ(Oldest(*store_, "new"), 1);
  EXPECT_EQ(DropAll(*store_, lease_, kLongAfter), 3);
  EXPECT_EQ(Oldest(*store_, "runs"), 1) << "a job that has not ended loses nothing";
  EXPECT_EQ(store_->ReadEvents(JobId("runs"), 0, 10)->events.size(), 3u);
}

TEST_P(StoreSuite, ReadingBeforeTheOldestEventIsOutOfRange) {
  End(*store_, lease_, "a", 100, 5);
  DropAll(*store_, lease_, kLongAfter);
  for (const int64_t after : {-1, 0, 1, 4}) {
    const auto page = store_->ReadEvents(JobId("a"), after, 10);
    PE_EXPECT_CODE(kOutOfRange, page);
    EXPECT_THAT(std::string(page.status().message()), testing::HasSubstr("is 6"));
  }
  const auto end = store_->ReadEvents(JobId("a"), 5, 10);
  PE_ASSERT_OK(end);
  EXPECT_TRUE(end->events.empty());
  EXPECT_EQ(end->oldest_available, 6);
  EXPECT_EQ(end->last_seq, 5);
}

TEST_P(StoreSuite, RetentionLeavesWhatAJobIs) {
  Batch batch = BatchOf(NewJob("a"));
  batch.jobs[0].request_id = "r1";
  batch.jobs[0].request_digest = "d1";
  batch.appends.push_back(NewEvents("a", 1, 3, Job::FAILED));
  PE_ASSERT_OK(Submit(std::move(batch)));
  const Job before = *store_->GetJob(JobId("a"), JobDetail::kFull);
  DropAll(*store_, lease_, kLongAfter);
  EXPECT_EQ(store_->GetJob(JobId("a"), JobDetail::kFull)->DebugString(), before.DebugString());
  EXPECT_EQ(ListAll({.state = Job::FAILED}, 10), std::vector<std::string>{"a"});
  EXPECT_EQ((*store_->FindRequest("r1"))->job, JobId("a"));
  CreateJob again = NewJob("b");
  again.request_id = "r1";
  again.request_digest = "d1";
  const Answered answered = Submit(BatchOf(std::move(again)));
  PE_EXPECT_OK(answered);
  EXPECT_EQ(answered.applied.existing_job, JobId("a"));
}

TEST_P(StoreSuite, RetentionTakesTheJobThatEndedFirstAndNoMoreThanEnough) {
  End(*store_, lease_, "second", 200, 10, 1'000);
  End(*store_, lease_, "first", 100, 10, 1'000);
  const int64_t all = *store_->EndedEventBytes();
  EXPECT_GT(all, 20'000);
  const auto dropped = store_->DropEvents(lease_, kLongAfter, 1);
  PE_ASSERT_OK(dropped);
  EXPECT_TRUE(dropped->more);
  EXPECT_EQ(*store_->EndedEventBytes(), all - dropped->bytes);
  EXPECT_EQ(Oldest(*store_, "first"), 11);
  EXPECT_EQ(Oldest(*store_, "second"), 1);
  DropAll(*store_, lease_, kLongAfter);
  EXPECT_EQ(*store_->EndedEventBytes(), 0);
}

TEST_P(StoreSuite, RetentionTakesALargeLogInPiecesFromItsBeginning) {
  End(*store_, lease_, "large", 100, 1'500, 16 * 1024);  // 24 MB: more than one piece
  const auto first = store_->DropEvents(lease_, kLongAfter, kAll);
  PE_ASSERT_OK(first);
  EXPECT_TRUE(first->more);
  EXPECT_LT(first->events, 1'500);
  const int64_t oldest = Oldest(*store_, "large");
  EXPECT_EQ(oldest, first->events + 1);
  const auto page = store_->ReadEvents(JobId("large"), oldest - 1, 1'000);
  PE_ASSERT_OK(page);
  ASSERT_FALSE(page->events.empty());
  EXPECT_EQ(page->events[0].seq(), oldest);
  PE_EXPECT_CODE(kOutOfRange, store_->ReadEvents(JobId("large"), oldest - 2, 1));
  EXPECT_EQ(DropAll(*store_, lease_, kLongAfter), 1'500 - first->events);
}

TEST_P(StoreSuite, RetentionWithNothingToDropIsNoError) {
  Create("runs", 3);
  const auto dropped = store_->DropEvents(lease_, kLongAfter, kAll);
  PE_ASSERT_OK(dropped);
  EXPECT_EQ(dropped->events, 0);
  EXPECT_FALSE(dropped->more);
  EXPECT_EQ(*store_->EndedEventBytes(), 0);
}

TEST_P(StoreSuite, RetentionIsForTheHolderOfTheLease) {
  End(*store_, lease_, "a", 100);
  PE_EXPECT_CODE(kFailedPrecondition, store_->DropEvents({lease_.engine_id, lease_.epoch - 1}, kLongAfter, kAll));
  EXPECT_EQ(Oldest(*store_, "a"), 1);
}

TEST_P(StoreSuite, RetentionIsDurable) {
  if (!GetParam().persists) GTEST_SKIP() << "nothing survives";
  End(*store_, lease_, "a", 100);
  End(*store_, lease_, "b", 200);
  DropAll(*store_, lease_, 150);
  Reopen();
  EXPECT_EQ(Oldest(*store_, "a"), 4);
  EXPECT_EQ(Oldest(*store_, "b"), 1);
  EXPECT_EQ(DropAll(*store_, lease_, kLongAfter), 3);
}

}  // namespace
}  // namespace pe
