#include "server/engine/retention.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "storage/memory/memory_store.h"

namespace pe {
namespace {

using provision::v1::Job;

constexpr WallMicros kNow = 1'700'000'000'000'000;
constexpr int64_t kHour = 3600 * kMicrosPerSecond;

class RetentionTest : public testing::Test {
 protected:
  // A job of some `kib` of output that ended so long ago.
  void End(const std::string& id, int64_t ago, int kib = 1) {
    Batch batch{.epoch = lease_.epoch, .now = kNow - ago};
    CreateJob create;
    create.job.set_name(absl::StrCat("jobs/", id));
    AppendEvents append;
    append.job = JobId(id);
    append.summary = create.job;
    for (int i = 1; i <= kib; ++i) {
      auto& event = append.events.emplace_back();
      event.set_seq(i);
      event.mutable_output()->set_data(std::string(1024, 'x'));
    }
    append.summary.set_last_seq(kib);
    append.summary.set_state(Job::SUCCEEDED);
    append.terminal = true;
    batch.jobs.push_back(std::move(create));
    batch.appends.push_back(std::move(append));
    store_.Submit(std::move(batch),
                  [](const absl::Status& status, const Applied&) { EXPECT_TRUE(status.ok()) << status; });
    store_.Flush();
  }
  bool Kept(const std::string& id) { return store_.ReadEvents(JobId(id), 0, 1).ok(); }
  RetentionResult Run(const RetentionLimits& limits) {
    const auto result = RunRetention(store_, lease_, kNow, limits, [this] { return ++pauses_ < most_pauses_; });
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : RetentionResult();
  }

  MemoryStore store_{MemoryStoreOptions{.manual = true}};
  Lease lease_ = *store_.AcquireLease(1, 1);
  int pauses_ = 0;
  int most_pauses_ = 1'000;
};

TEST_F(RetentionTest, ByAge) {
  End("old", 2 * kHour);
  End("new", kHour / 2);
  EXPECT_EQ(Run({.age_micros = kHour}).events, 1);
  EXPECT_FALSE(Kept("old"));
  EXPECT_TRUE(Kept("new"));
  EXPECT_EQ(Run({.age_micros = kHour}).events, 0);
}

TEST_F(RetentionTest, BySizeTheJobThatEndedFirst) {
  for (int i = 0; i < 10; ++i) End(absl::StrCat("job-", i), (20 - i) * kHour, 100);
  Run({.max_bytes = 550 * 1024});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Kept(absl::StrCat("job-", i)), i >= 5) << i;
}

TEST_F(RetentionTest, WhateverTheSizeAnEndCanBeReadForAWhile) {
  End("a", kKeptForReaders - 1, 100);
  Run({.max_bytes = 1});
  EXPECT_TRUE(Kept("a"));
  Run({.age_micros = kHour, .max_bytes = 1});
  EXPECT_TRUE(Kept("a"));
  Run({.age_micros = kKeptForReaders / 2, .max_bytes = 1});
  EXPECT_FALSE(Kept("a"));
}

TEST_F(RetentionTest, WithoutLimitsNothingGoes) {
  End("a", 1'000 * kHour);
  EXPECT_EQ(Run({}).events, 0);
  EXPECT_FALSE(RetentionLimits().any());
  EXPECT_TRUE(Kept("a"));
}

TEST_F(RetentionTest, WorksInPiecesAndStopsWhenToldTo) {
  for (const char* id : {"a", "b", "c"}) End(id, 2 * kHour, 6'000);  // each less than a piece, all three more
  most_pauses_ = 1;
  Run({.age_micros = kHour});
  EXPECT_EQ(pauses_, 1);
  EXPECT_FALSE(Kept("a"));
  EXPECT_TRUE(Kept("c"));
}

TEST_F(RetentionTest, ALostLeaseIsSaid) {
  End("a", 2 * kHour);
  store_.Crash();
  const auto result = RunRetention(store_, lease_, kNow, {.age_micros = kHour}, [] { return true; });
  EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RetentionTest, TheThreadDropsByItself) {
  End("a", 2 * kHour);
  SystemClock clock;
  absl::StatusOr<RetentionResult> heard = absl::UnknownError("");
  Mutex mu;
  CondVar told;
  bool done = false;
  const Retention retention(&store_, &clock, lease_, {.age_micros = 2 * kMicrosPerSecond}, [&](const auto& result) {
    MutexLock lock(&mu);
    heard = result;
    done = true;
    told.SignalAll();
  });
  MutexLock lock(&mu);
  while (!done) told.Wait(&mu);
  ASSERT_TRUE(heard.ok()) << heard.status();
  EXPECT_EQ(heard->events, 1);
}

}  // namespace
}  // namespace pe
