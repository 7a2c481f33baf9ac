// Batches of jobs: whole or not at all, in order, parts stored apart.
#include "absl/strings/str_cat.h"
#include "tests/conformance/storage/store_suite.h"

namespace pe {
namespace {

using provision::v1::Job;

TEST_P(StoreSuite, AJobIsReadBackInEveryDetail) {
  PE_ASSERT_OK(Put(NewJob("a")));
  absl::StatusOr<Job> summary = store_->GetJob(JobId("a"), JobDetail::kSummary);
  PE_ASSERT_OK(summary);
  EXPECT_EQ(summary->name(), "jobs/a");
  EXPECT_EQ(summary->version(), "1.2.0");
  EXPECT_EQ(summary->targets_size(), 0);
  EXPECT_FALSE(summary->has_spec());
  EXPECT_TRUE(summary->variables().empty());

  absl::StatusOr<Job> targets = store_->GetJob(JobId("a"), JobDetail::kTargets);
  PE_ASSERT_OK(targets);
  ASSERT_EQ(targets->targets_size(), 2);
  EXPECT_EQ(targets->targets(1).address(), "ssh://root@10.0.0.1");
  EXPECT_EQ(targets->targets(1).steps_size(), 0);
  EXPECT_FALSE(targets->has_spec());

  absl::StatusOr<Job> full = store_->GetJob(JobId("a"), JobDetail::kFull);
  PE_ASSERT_OK(full);
  ASSERT_EQ(full->targets_size(), 2);
  ASSERT_EQ(full->targets(1).steps_size(), 2);
  EXPECT_EQ(full->targets(1).steps(1).id(), "web");
  EXPECT_EQ(full->spec().name(), "web");
  EXPECT_EQ(full->variables().at("greeting"), "hello");
}

TEST_P(StoreSuite, TargetsComeInOrderOfTheirIndex) {
  CreateJob create = NewJob("a", 12);
  std::reverse(create.targets.begin(), create.targets.end());
  PE_ASSERT_OK(Put(std::move(create)));
  absl::StatusOr<Job> job = store_->GetJob(JobId("a"), JobDetail::kTargets);
  PE_ASSERT_OK(job);
  ASSERT_EQ(job->targets_size(), 12);
  for (int i = 0; i < 12; ++i) EXPECT_EQ(job->targets(i).resource(), absl::StrCat("resources/host-", i));
}

TEST_P(StoreSuite, AnUnknownJobIsNotFound) {
  PE_EXPECT_CODE(kNotFound, store_->GetJob(JobId("none"), JobDetail::kSummary));
  PE_EXPECT_CODE(kNotFound, store_->ReadEvents(JobId("none"), 0, 10));
  PE_EXPECT_CODE(kNotFound, store_->GetPrivate(JobId("none"), "secrets"));
  PE_EXPECT_CODE(kNotFound, Put(NewEvents("none", 1, 1)));
}

TEST_P(StoreSuite, AJobIdIsUsedOnce) {
  PE_ASSERT_OK(Put(NewJob("a")));
  PE_EXPECT_CODE(kAlreadyExists, Put(NewJob("a")));
  Batch twice = BatchOf(NewJob("b"));
  twice.jobs.push_back(NewJob("b"));
  PE_EXPECT_CODE(kAlreadyExists, Submit(std::move(twice)));
  PE_EXPECT_CODE(kNotFound, store_->GetJob(JobId("b"), JobDetail::kSummary));
}

TEST_P(StoreSuite, AMalformedJobIsRefused) {
  CreateJob nameless = NewJob("a");
  nameless.job.clear_name();
  PE_EXPECT_CODE(kInvalidArgument, Put(std::move(nameless)));
  CreateJob twice = NewJob("a");
  twice.targets[1].index = 0;
  PE_EXPECT_CODE(kInvalidArgument, Put(std::move(twice)));
  CreateJob negative = NewJob("a");
  negative.targets[0].index = -1;
  PE_EXPECT_CODE(kInvalidArgument, Put(std::move(negative)));
}

TEST_P(StoreSuite, ABatchIsAppliedWholeOrNotAtAll) {
  Create("old", 3);
  Batch batch = BatchOf(NewJob("new"));
  batch.appends.push_back(NewEvents("new", 1, 2));
  batch.resources.push_back(NewResource("host", "local://"));
  batch.appends.push_back(NewEvents("old", 9, 9));  // does not continue the log
  PE_EXPECT_CODE(kAborted, Submit(std::move(batch)));
  PE_EXPECT_CODE(kNotFound, store_->GetJob(JobId("new"), JobDetail::kSummary));
  PE_EXPECT_CODE(kNotFound, store_->GetResource(ResourceId("host")));
  absl::StatusOr<EventPage> log = store_->ReadEvents(JobId("old"), 0, 100);
  PE_ASSERT_OK(log);
  EXPECT_EQ(log->last_seq, 3);
}

TEST_P(StoreSuite, ARefusedBatchDoesNotHurtItsNeighbours) {
  std::vector<std::future<Answered>> good;
  std::vector<std::future<Answered>> bad;
  for (int i = 0; i < 50; ++i) {
    good.push_back(SubmitFuture(*store_, BatchOf(NewJob(absl::StrCat("job-", i)))));
    bad.push_back(SubmitFuture(*store_, BatchOf(NewJob(absl::StrCat("job-", i)))));
  }
  for (auto& answer : good) PE_EXPECT_OK(answer.get());
  for (auto& answer : bad) PE_EXPECT_CODE(kAlreadyExists, answer.get());
  EXPECT_EQ(ListAll({}, 100).size(), 50u);
}

TEST_P(StoreSuite, BatchesAreAppliedAndAnsweredInOrderOfSubmission) {
  std::vector<int> order;  // touched by callbacks only, which run on one thread
  store_->Submit(BatchOf(NewJob("a")), [&](const absl::Status& status, const Applied&) {
    PE_EXPECT_OK(status);
    order.push_back(0);
  });
  for (int seq = 1; seq <= 200; ++seq) {  // none waits for the one before
    store_->Submit(BatchOf(NewEvents("a", seq, seq)), [&order, seq](const absl::Status& status, const Applied&) {
      PE_EXPECT_OK(status);
      order.push_back(seq);
    });
  }
  store_->Flush();
  ASSERT_EQ(order.size(), 201u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  absl::StatusOr<Job> job = store_->GetJob(JobId("a"), JobDetail::kSummary);
  PE_ASSERT_OK(job);
  EXPECT_EQ(job->last_seq(), 200);
}

TEST_P(StoreSuite, ACallbackSeesWhatItsBatchStored) {
  std::promise<absl::Status> seen;
  store_->Submit(BatchOf(NewJob("a")), [&](const absl::Status&, const Applied&) {
    seen.set_value(store_->GetJob(JobId("a"), JobDetail::kFull).status());
  });
  PE_EXPECT_OK(seen.get_future().get());
}

TEST_P(StoreSuite, AnEmptyBatchIsAnswered) { PE_EXPECT_OK(Submit(NewBatch())); }

TEST_P(StoreSuite, FlushWaitsForWhatWasSubmitted) {
  int answered = 0;
  for (int i = 0; i < 100; ++i) {
    store_->Submit(BatchOf(NewJob(absl::StrCat("job-", i))), [&](const absl::Status&, const Applied&) { ++answered; });
  }
  store_->Flush();
  EXPECT_EQ(answered, 100);
}

TEST_P(StoreSuite, MaxAdmissionIsTheLargestEverGiven) {
  EXPECT_EQ(*store_->MaxAdmission(), 0);
  Create("a");
  EXPECT_EQ(*store_->MaxAdmission(), 0);
  AppendEvents admitted = NewEvents("a", 2, 2);
  admitted.summary.set_admission(41);
  PE_ASSERT_OK(Put(std::move(admitted)));
  CreateJob second = NewJob("b");
  second.job.set_admission(40);
  PE_ASSERT_OK(Put(std::move(second)));
  EXPECT_EQ(*store_->MaxAdmission(), 41);
}

}  // namespace
}  // namespace pe
