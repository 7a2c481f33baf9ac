// What is durable: for backends that persist.
#include "absl/strings/str_cat.h"
#include "tests/conformance/storage/store_suite.h"

namespace pe {
namespace {

using provision::v1::Job;

#define PE_NEEDS_PERSISTENCE() \
  if (!GetParam().persists) GTEST_SKIP() << GetParam().name << " keeps nothing after its process"

TEST_P(StoreSuite, EverythingIsThereAfterReopening) {
  PE_NEEDS_PERSISTENCE();
  CreateJob create = NewJob("a");
  create.request_id = "r1";
  create.request_digest = "digest";
  Batch batch = BatchOf(std::move(create));
  AppendEvents append = NewEvents("a", 1, 700);
  append.private_rows = {{"secrets", "sealed"}};
  append.summary.set_admission(5);
  batch.appends.push_back(std::move(append));
  PutResource put = NewResource("host", "ssh://host");
  (*put.resource.mutable_labels())["role"] = "web";
  batch.resources.push_back(std::move(put));
  PE_ASSERT_OK(Submit(std::move(batch)));
  const Job before = *store_->GetJob(JobId("a"), JobDetail::kFull);

  Reopen();
  EXPECT_EQ(store_->GetJob(JobId("a"), JobDetail::kFull)->DebugString(), before.DebugString());
  EXPECT_EQ(store_->ReadEvents(JobId("a"), 0, 1'000)->events.size(), 700u);
  EXPECT_EQ(*store_->GetPrivate(JobId("a"), "secrets"), "sealed");
  EXPECT_EQ((*store_->FindRequest("r1"))->job, JobId("a"));
  EXPECT_EQ(*store_->MaxAdmission(), 5);
  EXPECT_EQ(store_->ListUnfinished("", 10)->items.size(), 1u);
  EXPECT_EQ(store_->ListResources({{"role", "web"}}, "", 10)->items.size(), 1u);
  PE_EXPECT_OK(Put(NewEvents("a", 701, 701)));
  EXPECT_THAT(ListAll({.resource = "resources/host-1"}, 10), testing::ElementsAre("a"));
}

TEST_P(StoreSuite, OrderOfCreationGoesOnAfterReopening) {
  PE_NEEDS_PERSISTENCE();
  Create("z");
  Reopen();
  Create("a");
  EXPECT_THAT(ListAll({}, 10), testing::ElementsAre("a", "z"));
}

TEST_P(StoreSuite, TheEngineIdStaysAndTheEpochRisesOverReopening) {
  PE_NEEDS_PERSISTENCE();
  const Lease first = lease_;
  Reopen();
  EXPECT_EQ(lease_.engine_id, first.engine_id);
  EXPECT_GT(lease_.epoch, first.epoch);
  Batch late = BatchOf(NewJob("a"));
  late.epoch = first.epoch;
  PE_EXPECT_CODE(kFailedPrecondition, Submit(std::move(late)));
}

TEST_P(StoreSuite, WhatWaitsWhenTheStoreIsClosedIsAnsweredAndKept) {
  PE_NEEDS_PERSISTENCE();
  std::vector<std::future<Answered>> answers;
  for (int i = 0; i < 100; ++i) answers.push_back(SubmitFuture(*store_, BatchOf(NewJob(absl::StrCat("job-", i)))));
  Reopen();
  for (auto& answer : answers) PE_EXPECT_OK(answer.get());
  EXPECT_EQ(ListAll({}, 1'000).size(), 100u);
}

TEST_P(StoreSuite, ABackupMadeWhileWorkGoesOnIsConsistentAndAnotherEngines) {
  PE_NEEDS_PERSISTENCE();
  std::vector<std::future<Answered>> answers;
  for (int i = 0; i < 300; ++i) {
    const std::string id = absl::StrCat("job-", i);
    Batch batch = BatchOf(NewJob(id));
    batch.appends.push_back(NewEvents(id, 1, 3));
    answers.push_back(SubmitFuture(*store_, std::move(batch)));
    if (i == 150) answers.back().wait();
    if (i == 200) PE_ASSERT_OK(store_->Backup(place_->BackupPath()));
  }
  for (auto& answer : answers) PE_ASSERT_OK(answer.get());
  PE_EXPECT_CODE(kAlreadyExists, store_->Backup(place_->BackupPath()));

  std::unique_ptr<StorePlace> place = place_->Restore(place_->BackupPath());
  ASSERT_NE(place, nullptr);
  std::unique_ptr<Store> copy = place->Open();
  ASSERT_NE(copy, nullptr);
  absl::StatusOr<Lease> lease = copy->AcquireLease(1, 1'000'000);
  PE_ASSERT_OK(lease);
  EXPECT_NE(lease->engine_id, lease_.engine_id);
  absl::StatusOr<Page<Job>> page = copy->ListJobs({}, "", 1'000);
  PE_ASSERT_OK(page);
  EXPECT_GE(page->items.size(), 151u);
  for (const Job& job : page->items) {
    EXPECT_EQ(copy->ReadEvents(JobId(job.name().substr(5)), 0, 10)->events.size(), 3u) << job.name();
  }
}

}  // namespace
}  // namespace pe
