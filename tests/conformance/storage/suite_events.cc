// A job's log and the state stored with it.
#include "absl/strings/str_cat.h"
#include "tests/conformance/storage/store_suite.h"

namespace pe {
namespace {

using provision::v1::Event;
using provision::v1::Job;

// All sequences of a log, read in pages of `limit`.
std::vector<int64_t> ReadAll(Store& store, const std::string& id, int limit) {
  std::vector<int64_t> seqs;
  while (true) {
    absl::StatusOr<EventPage> page = store.ReadEvents(JobId(id), seqs.empty() ? 0 : seqs.back(), limit);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok() || page->events.empty()) return seqs;
    for (const Event& event : page->events) {
      EXPECT_EQ(event.warning().message(), absl::StrCat("event ", event.seq(), " of ", id));
      seqs.push_back(event.seq());
    }
  }
}

std::vector<int64_t> OneTo(int64_t n) {
  std::vector<int64_t> out;
  for (int64_t i = 1; i <= n; ++i) out.push_back(i);
  return out;
}

TEST_P(StoreSuite, EventsAreReadBackFromAnySequence) {
  Create("a", 10);
  PE_ASSERT_OK(Put(NewEvents("a", 11, 25)));
  EXPECT_EQ(ReadAll(*store_, "a", 1'000), OneTo(25));
  EXPECT_EQ(ReadAll(*store_, "a", 1), OneTo(25));
  EXPECT_EQ(ReadAll(*store_, "a", 7), OneTo(25));
  for (int64_t after = 0; after <= 25; ++after) {
    absl::StatusOr<EventPage> page = store_->ReadEvents(JobId("a"), after, 3);
    PE_ASSERT_OK(page);
    EXPECT_EQ(page->last_seq, 25);
    EXPECT_EQ(page->oldest_available, 1);
    ASSERT_EQ(page->events.size(), static_cast<size_t>(std::min<int64_t>(3, 25 - after)));
    if (after < 25) {
      EXPECT_EQ(page->events[0].seq(), after + 1);
    }
  }
}

TEST_P(StoreSuite, ReadingBeyondTheEndIsAnEmptyPage) {
  Create("a", 2);
  absl::StatusOr<EventPage> page = store_->ReadEvents(JobId("a"), 99, 10);
  PE_ASSERT_OK(page);
  EXPECT_TRUE(page->events.empty());
  EXPECT_EQ(page->last_seq, 2);
}

TEST_P(StoreSuite, APageNeverHoldsMoreThanAThousandEvents) {
  Create("a", 2'500);
  absl::StatusOr<EventPage> page = store_->ReadEvents(JobId("a"), 0, 1'000'000);
  PE_ASSERT_OK(page);
  EXPECT_EQ(page->events.size(), 1'000u);
  EXPECT_EQ(ReadAll(*store_, "a", 1'000'000), OneTo(2'500));
}

TEST_P(StoreSuite, LargeEventsSpanChunks) {
  PE_ASSERT_OK(Put(NewJob("a")));
  AppendEvents append = NewEvents("a", 1, 60);
  for (Event& event : append.events) event.mutable_output()->set_data(std::string(16 * 1024, 'x'));
  PE_ASSERT_OK(Put(std::move(append)));
  absl::StatusOr<EventPage> page = store_->ReadEvents(JobId("a"), 30, 1'000);
  PE_ASSERT_OK(page);
  ASSERT_EQ(page->events.size(), 30u);
  EXPECT_EQ(page->events[0].seq(), 31);
  EXPECT_EQ(page->events[29].output().data().size(), 16u * 1024);
}

TEST_P(StoreSuite, OnlyContiguousSequencesAreAppended) {
  Create("a", 3);
  PE_EXPECT_CODE(kAborted, Put(NewEvents("a", 5, 6)));  // a hole
  PE_EXPECT_CODE(kAborted, Put(NewEvents("a", 3, 4)));  // again
  AppendEvents hole = NewEvents("a", 4, 6);
  hole.events.erase(hole.events.begin() + 1);
  PE_EXPECT_CODE(kAborted, Put(std::move(hole)));
  EXPECT_EQ(ReadAll(*store_, "a", 100), OneTo(3));
  PE_EXPECT_OK(Put(NewEvents("a", 4, 5)));
  EXPECT_EQ(ReadAll(*store_, "a", 100), OneTo(5));
}

TEST_P(StoreSuite, SeveralAppendsOfAJobInOneBatchContinueEachOther) {
  Batch batch = BatchOf(NewJob("a"));
  batch.appends.push_back(NewEvents("a", 1, 2));
  batch.appends.push_back(NewEvents("a", 3, 3, Job::QUEUED));
  PE_ASSERT_OK(Submit(std::move(batch)));
  EXPECT_EQ(ReadAll(*store_, "a", 100), OneTo(3));
  EXPECT_EQ(store_->GetJob(JobId("a"), JobDetail::kSummary)->state(), Job::QUEUED);
}

TEST_P(StoreSuite, TheFoldedStateChangesWithItsEvents) {
  Create("a", 1);
  AppendEvents append = NewEvents("a", 2, 2, Job::QUEUED);
  append.summary.set_reason("queued behind job b");
  append.targets.push_back({.index = 1});
  append.targets[0].target.set_resource("resources/host-1");
  append.targets[0].target.set_reason("waits");
  append.targets[0].target.add_steps()->set_id("only");
  PE_ASSERT_OK(Put(std::move(append)));

  absl::StatusOr<Job> job = store_->GetJob(JobId("a"), JobDetail::kFull);
  PE_ASSERT_OK(job);
  EXPECT_EQ(job->state(), Job::QUEUED);
  EXPECT_EQ(job->reason(), "queued behind job b");
  EXPECT_EQ(job->last_seq(), 2);
  EXPECT_EQ(job->spec().name(), "web");  // written once
  ASSERT_EQ(job->targets_size(), 2);
  EXPECT_EQ(job->targets(0).steps_size(), 2);  // untouched
  EXPECT_EQ(job->targets(1).reason(), "waits");
  ASSERT_EQ(job->targets(1).steps_size(), 1);
  EXPECT_EQ(job->targets(1).steps(0).id(), "only");
}

TEST_P(StoreSuite, ASummaryThatIsNotTheStateAfterItsEventsIsRefused) {
  Create("a", 1);
  AppendEvents late = NewEvents("a", 2, 2);
  late.summary.set_last_seq(7);
  PE_EXPECT_CODE(kInvalidArgument, Put(std::move(late)));
  AppendEvents other = NewEvents("a", 2, 2);
  other.summary.set_name("jobs/b");
  PE_EXPECT_CODE(kInvalidArgument, Put(std::move(other)));
}

TEST_P(StoreSuite, PrivateRowsAreSetReplacedAndDeleted) {
  Create("a", 1);
  AppendEvents first = NewEvents("a", 2, 2);
  first.private_rows = {{"secrets", "sealed"}, {"plan/0/1", std::string("\0\xff", 2)}};
  PE_ASSERT_OK(Put(std::move(first)));
  EXPECT_EQ(*store_->GetPrivate(JobId("a"), "secrets"), "sealed");
  EXPECT_EQ(*store_->GetPrivate(JobId("a"), "plan/0/1"), std::string("\0\xff", 2));

  AppendEvents second = NewEvents("a", 3, 3);
  second.private_rows = {{"secrets", "sealed again"}, {"plan/0/1", ""}};
  PE_ASSERT_OK(Put(std::move(second)));
  EXPECT_EQ(*store_->GetPrivate(JobId("a"), "secrets"), "sealed again");
  PE_EXPECT_CODE(kNotFound, store_->GetPrivate(JobId("a"), "plan/0/1"));
}

TEST_P(StoreSuite, PrivateRowsAloneChangeNothingElse) {
  Create("a", 3, Job::RUNNING);
  AppendEvents append;
  append.job = JobId("a");
  append.private_rows = {{"run/0", "17"}};
  PE_ASSERT_OK(Put(std::move(append)));
  EXPECT_EQ(*store_->GetPrivate(JobId("a"), "run/0"), "17");
  absl::StatusOr<Job> job = store_->GetJob(JobId("a"), JobDetail::kSummary);
  PE_ASSERT_OK(job);
  EXPECT_EQ(job->name(), "jobs/a");
  EXPECT_EQ(job->state(), Job::RUNNING);
  EXPECT_EQ(job->last_seq(), 3);
}

TEST_P(StoreSuite, TheEndOfAJobDeletesItsPrivateRowsAndClosesItsLog) {
  Create("a", 1);
  Create("b", 1);
  for (const char* id : {"a", "b"}) {
    AppendEvents append = NewEvents(id, 2, 2);
    append.private_rows = {{"secrets", "sealed"}};
    PE_ASSERT_OK(Put(std::move(append)));
  }
  AppendEvents end = NewEvents("a", 3, 3, Job::SUCCEEDED);
  end.private_rows = {{"late", "x"}};
  PE_ASSERT_OK(Put(std::move(end)));
  PE_EXPECT_CODE(kNotFound, store_->GetPrivate(JobId("a"), "secrets"));
  PE_EXPECT_CODE(kNotFound, store_->GetPrivate(JobId("a"), "late"));
  EXPECT_EQ(*store_->GetPrivate(JobId("b"), "secrets"), "sealed");

  PE_EXPECT_CODE(kAborted, Put(NewEvents("a", 4, 4)));
  AppendEvents rows;
  rows.job = JobId("a");
  rows.private_rows = {{"secrets", "sealed"}};
  PE_EXPECT_CODE(kAborted, Put(std::move(rows)));
  EXPECT_EQ(ReadAll(*store_, "a", 100), OneTo(3));
}

TEST_P(StoreSuite, AJobDoesNotEndWithoutAnEvent) {
  Create("a", 1);
  AppendEvents end;
  end.job = JobId("a");
  end.terminal = true;
  PE_EXPECT_CODE(kInvalidArgument, Put(std::move(end)));
}

}  // namespace
}  // namespace pe
