// Leases and fencing.
#include "tests/conformance/storage/store_suite.h"

namespace pe {
namespace {

TEST_P(StoreSuite, ALeaseNamesItsEngineAndHasAnEpoch) {
  EXPECT_FALSE(lease_.engine_id.empty());
  EXPECT_GT(lease_.epoch, 0);
  PE_EXPECT_OK(store_->RenewLease(lease_, 2, 1'000'000));
}

TEST_P(StoreSuite, ASecondAcquisitionIsRefusedWhileTheLeaseIsHeld) {
  absl::StatusOr<Lease> second = store_->AcquireLease(2, 1'000'000);
  PE_ASSERT_OK(store_->RenewLease(lease_, 2, 1'000'000));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), testing::HasSubstr(lease_.engine_id));
}

TEST_P(StoreSuite, TheEpochRisesAtEveryAcquisition) {
  for (int i = 0; i < 3; ++i) {
    PE_ASSERT_OK(store_->ReleaseLease(lease_));
    absl::StatusOr<Lease> next = store_->AcquireLease(2, 1'000'000);
    PE_ASSERT_OK(next);
    EXPECT_GT(next->epoch, lease_.epoch);
    EXPECT_EQ(next->engine_id, lease_.engine_id);
    lease_ = *next;
  }
}

TEST_P(StoreSuite, WithoutTheLeaseNothingIsWritten) {
  PE_ASSERT_OK(store_->ReleaseLease(lease_));
  PE_EXPECT_CODE(kFailedPrecondition, Put(NewJob("a")));
  Batch unleased = BatchOf(NewJob("b"));
  unleased.epoch = 0;
  PE_EXPECT_CODE(kFailedPrecondition, Submit(std::move(unleased)));
  PE_EXPECT_CODE(kFailedPrecondition, store_->RenewLease(lease_, 3, 1'000'000));
  PE_EXPECT_CODE(kFailedPrecondition, store_->ReleaseLease(lease_));
  EXPECT_TRUE(ListAll({}, 10).empty());
}

TEST_P(StoreSuite, AnOldEpochIsRefusedForEver) {
  const Lease old = lease_;
  PE_ASSERT_OK(store_->ReleaseLease(old));
  lease_ = *store_->AcquireLease(2, 1'000'000);
  Create("a", 1);
  for (int i = 0; i < 3; ++i) {
    Batch late = BatchOf(NewEvents("a", 2, 2));
    late.epoch = old.epoch;
    PE_EXPECT_CODE(kFailedPrecondition, Submit(std::move(late)));
    PE_EXPECT_CODE(kFailedPrecondition, store_->RenewLease(old, 3, 1'000'000));
    PE_EXPECT_CODE(kFailedPrecondition, store_->ReleaseLease(old));
  }
  EXPECT_EQ(store_->ReadEvents(JobId("a"), 0, 10)->last_seq, 1);
  PE_EXPECT_OK(Put(NewEvents("a", 2, 2)));  // the holder is not disturbed
}

TEST_P(StoreSuite, AnEpochThatWasNeverGivenIsRefused) {
  Batch future = BatchOf(NewJob("a"));
  future.epoch = lease_.epoch + 1;
  PE_EXPECT_CODE(kFailedPrecondition, Submit(std::move(future)));
}

TEST_P(StoreSuite, WhatWasSubmittedUnderALeaseIsAnsweredBeforeItsRelease) {
  std::future<Answered> before = SubmitFuture(*store_, BatchOf(NewJob("a")));
  PE_ASSERT_OK(store_->ReleaseLease(lease_));
  PE_EXPECT_OK(before.get());
}

}  // namespace
}  // namespace pe
