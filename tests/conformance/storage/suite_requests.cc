// Request ids: the same id with the same body is the same job.
#include "tests/conformance/storage/store_suite.h"

namespace pe {
namespace {

CreateJob Requested(const std::string& id, const std::string& request_id, const std::string& digest) {
  CreateJob create = NewJob(id);
  create.request_id = request_id;
  create.request_digest = digest;
  return create;
}

TEST_P(StoreSuite, TheSameRequestIsTheSameJob) {
  Answered first = Submit(BatchOf(Requested("a", "r1", "digest")));
  PE_ASSERT_OK(first);
  EXPECT_FALSE(first.applied.existing_job.has_value());

  Batch again = BatchOf(Requested("b", "r1", "digest"));
  again.appends.push_back(NewEvents("b", 1, 1));
  again.resources.push_back(NewResource("host", "local://"));
  Answered second = Submit(std::move(again));
  PE_ASSERT_OK(second);
  ASSERT_TRUE(second.applied.existing_job.has_value());
  EXPECT_EQ(*second.applied.existing_job, JobId("a"));
  // Nothing of the repetition is applied.
  PE_EXPECT_CODE(kNotFound, store_->GetJob(JobId("b"), JobDetail::kSummary));
  PE_EXPECT_CODE(kNotFound, store_->GetResource(ResourceId("host")));
}

TEST_P(StoreSuite, TheSameRequestIdWithAnotherBodyIsRefused) {
  PE_ASSERT_OK(Put(Requested("a", "r1", "digest")));
  PE_EXPECT_CODE(kAlreadyExists, Put(Requested("b", "r1", "other digest")));
  PE_EXPECT_CODE(kNotFound, store_->GetJob(JobId("b"), JobDetail::kSummary));
}

TEST_P(StoreSuite, RepetitionsOnTheWayTogetherAreOneJob) {
  std::vector<std::future<Answered>> answers;
  answers.push_back(SubmitFuture(*store_, BatchOf(Requested("a", "r1", "digest"))));
  answers.push_back(SubmitFuture(*store_, BatchOf(Requested("b", "r1", "digest"))));
  answers.push_back(SubmitFuture(*store_, BatchOf(Requested("c", "r1", "other"))));
  PE_EXPECT_OK(answers[0].get());
  Answered second = answers[1].get();
  PE_EXPECT_OK(second);
  EXPECT_EQ(second.applied.existing_job, JobId("a"));
  PE_EXPECT_CODE(kAlreadyExists, answers[2].get());
  EXPECT_THAT(ListAll({}, 10), testing::ElementsAre("a"));
}

TEST_P(StoreSuite, ARequestIsFoundWithItsDigest) {
  PE_ASSERT_OK(Put(Requested("a", "r1", "digest")));
  absl::StatusOr<std::optional<Store::RequestRecord>> found = store_->FindRequest("r1");
  PE_ASSERT_OK(found);
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->job, JobId("a"));
  EXPECT_EQ((*found)->digest, "digest");
  absl::StatusOr<std::optional<Store::RequestRecord>> none = store_->FindRequest("r2");
  PE_ASSERT_OK(none);
  EXPECT_FALSE(none->has_value());
}

TEST_P(StoreSuite, ARefusedBatchDoesNotUseUpItsRequestId) {
  Create("a", 1);
  PE_EXPECT_CODE(kAlreadyExists, Put(Requested("a", "r1", "digest")));
  EXPECT_FALSE(store_->FindRequest("r1")->has_value());
  PE_EXPECT_OK(Put(Requested("b", "r1", "digest")));
}

TEST_P(StoreSuite, ABatchWithARequestIdHoldsOneJob) {
  Batch batch = BatchOf(Requested("a", "r1", "digest"));
  batch.jobs.push_back(NewJob("b"));
  PE_EXPECT_CODE(kInvalidArgument, Submit(std::move(batch)));
}

}  // namespace
}  // namespace pe
