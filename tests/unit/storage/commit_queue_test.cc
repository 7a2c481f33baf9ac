#include "storage/commit/commit_queue.h"

#include <gtest/gtest.h>

#include <future>

namespace pe {
namespace {

// A commit that waits at a gate, so that the test knows what the next group is made of.
class Gate {
 public:
  void Pass() {
    entered_.set_value();
    open_.get_future().wait();
  }
  void WaitUntilEntered() { entered_.get_future().wait(); }
  void Open() { open_.set_value(); }

 private:
  std::promise<void> entered_;
  std::promise<void> open_;
};

TEST(CommitQueue, WhatComesWhileACommitRunsIsTheNextGroup) {
  Gate gate;
  std::vector<size_t> groups;
  CommitQueue queue(
      {.max_group = 40},
      [&](std::vector<PendingBatch>& group) {
        groups.push_back(group.size());
        if (groups.size() == 1) gate.Pass();
      },
      [] {});
  int answered = 0;
  auto count = [&](const absl::Status&, const Applied&) { ++answered; };
  queue.Push({}, count);
  gate.WaitUntilEntered();
  for (int i = 0; i < 100; ++i) queue.Push({}, count);
  gate.Open();
  queue.Flush();
  EXPECT_EQ(groups, (std::vector<size_t>{1, 40, 40, 20}));
  EXPECT_EQ(answered, 101);
}

TEST(CommitQueue, MoreThanItHoldsIsRefusedInOrder) {
  Gate gate;
  int committed = 0;
  CommitQueue queue(
      {.max_pending = 3},
      [&](std::vector<PendingBatch>& group) {
        if (committed == 0) gate.Pass();
        committed += static_cast<int>(group.size());
      },
      [] {});
  std::vector<absl::StatusCode> answers;
  auto note = [&](const absl::Status& status, const Applied&) { answers.push_back(status.code()); };
  queue.Push({}, note);
  gate.WaitUntilEntered();
  for (int i = 0; i < 5; ++i) queue.Push({}, note);
  gate.Open();
  queue.Flush();
  EXPECT_EQ(committed, 4);
  const auto ok = absl::StatusCode::kOk;
  const auto full = absl::StatusCode::kResourceExhausted;
  EXPECT_EQ(answers, (std::vector<absl::StatusCode>{ok, ok, ok, ok, full, full}));
}

TEST(CommitQueue, ACallbackMayPush) {
  CommitQueue queue(
      {}, [](std::vector<PendingBatch>&) {}, [] {});
  std::promise<void> second;
  queue.Push({}, [&](const absl::Status&, const Applied&) {
    queue.Push({}, [&](const absl::Status&, const Applied&) { second.set_value(); });
  });
  second.get_future().wait();
}

TEST(CommitQueue, ItsEndAnswersEverything) {
  int answered = 0;
  {
    CommitQueue queue(
        {}, [](std::vector<PendingBatch>&) {}, [] {});
    for (int i = 0; i < 1'000; ++i) queue.Push({}, [&](const absl::Status&, const Applied&) { ++answered; });
  }
  EXPECT_EQ(answered, 1'000);
}

}  // namespace
}  // namespace pe
