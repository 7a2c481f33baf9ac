// MemoryStore in the hands of a simulation.
#include "storage/memory/memory_store.h"

#include "tests/conformance/storage/store_suite.h"

namespace pe {
namespace {

class ManualMemoryStore : public testing::Test {
 protected:
  void Submit(const std::string& id) {
    Batch batch{.epoch = lease_.epoch};
    batch.jobs.push_back(NewJob(id));
    store_.Submit(std::move(batch),
                  [this](const absl::Status& status, const Applied&) { answers_.push_back(status.code()); });
  }
  bool Has(const std::string& id) { return store_.GetJob(JobId(id), JobDetail::kSummary).ok(); }

  MemoryStore store_{{.manual = true}};
  Lease lease_ = *store_.AcquireLease(1, 1);
  std::vector<absl::StatusCode> answers_;
};

using testing::ElementsAre;
using Code = absl::StatusCode;

TEST_F(ManualMemoryStore, NothingHappensBeforeAPump) {
  Submit("a");
  EXPECT_EQ(store_.pending(), 1u);
  EXPECT_FALSE(Has("a"));
  EXPECT_TRUE(answers_.empty());
  EXPECT_EQ(store_.Pump(), 1u);
  EXPECT_TRUE(Has("a"));
  EXPECT_THAT(answers_, ElementsAre(Code::kOk));
  EXPECT_EQ(store_.Pump(), 0u);
}

TEST_F(ManualMemoryStore, ACommitComesToWhatTheCallerSays) {
  Submit("full");
  store_.Pump(MemoryStore::Outcome::kNoSpace);
  Submit("lost");
  store_.Pump(MemoryStore::Outcome::kUnknownLost);
  Submit("applied");
  store_.Pump(MemoryStore::Outcome::kUnknownApplied);
  EXPECT_THAT(answers_, ElementsAre(Code::kResourceExhausted, Code::kUnavailable, Code::kUnavailable));
  EXPECT_FALSE(Has("full"));
  EXPECT_FALSE(Has("lost"));
  EXPECT_TRUE(Has("applied"));
}

TEST_F(ManualMemoryStore, APumpTakesAsManyAsItIsToldTo) {
  for (const char* id : {"a", "b", "c"}) Submit(id);
  EXPECT_EQ(store_.Pump(MemoryStore::Outcome::kCommitted, 2), 2u);
  EXPECT_TRUE(Has("b"));
  EXPECT_FALSE(Has("c"));
  EXPECT_EQ(store_.pending(), 1u);
}

TEST_F(ManualMemoryStore, ACrashLosesWhatWaitsAndKeepsWhatWasCommitted) {
  Submit("kept");
  store_.Pump();
  for (const char* id : {"landed", "lost"}) Submit(id);
  store_.Crash(1);
  EXPECT_EQ(store_.pending(), 0u);
  EXPECT_THAT(answers_, ElementsAre(Code::kOk));  // nobody hears of the others
  EXPECT_TRUE(Has("kept"));
  EXPECT_TRUE(Has("landed"));
  EXPECT_FALSE(Has("lost"));

  Submit("late");  // with the epoch from before the crash
  store_.Pump();
  EXPECT_EQ(answers_.back(), Code::kFailedPrecondition);
  absl::StatusOr<Lease> next = store_.AcquireLease(2, 1);
  PE_ASSERT_OK(next);
  EXPECT_GT(next->epoch, lease_.epoch);
}

TEST_F(ManualMemoryStore, WhatACallbackSubmitsWaitsForTheNextPump) {
  Batch batch{.epoch = lease_.epoch};
  store_.Submit(batch, [&](const absl::Status&, const Applied&) { Submit("second"); });
  EXPECT_EQ(store_.Pump(), 1u);
  EXPECT_FALSE(Has("second"));
  EXPECT_EQ(store_.Pump(), 1u);
  EXPECT_TRUE(Has("second"));
}

TEST_F(ManualMemoryStore, FlushPumpsUntilNothingWaits) {
  Batch batch{.epoch = lease_.epoch};
  store_.Submit(batch, [&](const absl::Status&, const Applied&) { Submit("second"); });
  store_.Flush();
  EXPECT_TRUE(Has("second"));
}

}  // namespace
}  // namespace pe
