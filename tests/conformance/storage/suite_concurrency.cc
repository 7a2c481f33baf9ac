// Many threads at once.
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/conformance/storage/store_suite.h"

namespace pe {
namespace {

constexpr int kThreads = 8;

void InThreads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

TEST_P(StoreSuite, EightThreadsWriteAndReadTheirOwnJobs) {
  constexpr int kJobs = 10;
  constexpr int64_t kEvents = 20;
  InThreads([&](int thread) {
    for (int j = 0; j < kJobs; ++j) {
      const std::string id = absl::StrCat("job-", thread, "-", j);
      std::vector<std::future<Answered>> answers;
      answers.push_back(SubmitFuture(*store_, BatchOf(NewJob(id))));
      for (int64_t seq = 1; seq <= kEvents; ++seq)
        answers.push_back(SubmitFuture(*store_, BatchOf(NewEvents(id, seq, seq))));
      for (auto& answer : answers) PE_EXPECT_OK(answer.get());
      absl::StatusOr<EventPage> log = store_->ReadEvents(JobId(id), 0, 1'000);
      PE_EXPECT_OK(log);
      if (!log.ok()) return;
      EXPECT_EQ(log->events.size(), static_cast<size_t>(kEvents));
      for (size_t i = 0; i < log->events.size(); ++i) EXPECT_EQ(log->events[i].seq(), static_cast<int64_t>(i + 1));
    }
  });
  EXPECT_EQ(ListAll({}, 7).size(), static_cast<size_t>(kThreads * kJobs));
}

TEST_P(StoreSuite, ARaceForOneRequestIdMakesOneJob) {
  constexpr int kRounds = 20;
  std::vector<std::set<std::string>> jobs(kRounds);
  std::vector<int> created(kRounds, 0);
  std::mutex mu;
  InThreads([&](int thread) {
    for (int round = 0; round < kRounds; ++round) {
      CreateJob create = NewJob(absl::StrCat("job-", round, "-", thread));
      create.request_id = absl::StrCat("request-", round);
      create.request_digest = "digest";
      Answered answer = Submit(BatchOf(create));
      PE_EXPECT_OK(answer);
      const std::string id =
          answer.applied.existing_job ? answer.applied.existing_job->str() : create.job.name().substr(5);
      std::lock_guard lock(mu);
      jobs[round].insert(id);
      created[round] += answer.applied.existing_job ? 0 : 1;
    }
  });
  for (int round = 0; round < kRounds; ++round) {
    EXPECT_EQ(jobs[round].size(), 1u);
    EXPECT_EQ(created[round], 1);
    EXPECT_EQ((*store_->FindRequest(absl::StrCat("request-", round)))->job.str(), *jobs[round].begin());
  }
  EXPECT_EQ(ListAll({}, 100).size(), static_cast<size_t>(kRounds));
}

TEST_P(StoreSuite, ARaceForOneSequenceHasOneWinner) {
  Create("a", 1);
  constexpr int64_t kLast = 40;
  std::atomic<int> won = 0;
  InThreads([&](int) {
    for (int64_t seq = 2; seq <= kLast; ++seq) {
      Answered answer = Submit(BatchOf(NewEvents("a", seq, seq)));
      if (answer.status.ok()) {
        ++won;
      } else {
        PE_EXPECT_CODE(kAborted, answer);
      }
    }
  });
  absl::StatusOr<EventPage> log = store_->ReadEvents(JobId("a"), 0, 1'000);
  PE_ASSERT_OK(log);
  EXPECT_EQ(log->last_seq, won + 1);
  EXPECT_EQ(log->events.size(), static_cast<size_t>(won + 1));
}

// A reader must never see a summary without its events, nor the other way round.
TEST_P(StoreSuite, ReadersSeeOneSnapshotWhileJobsAreWritten) {
  Create("a", 1);
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) {
      absl::StatusOr<EventPage> before = store_->ReadEvents(JobId("a"), 0, 1'000);
      absl::StatusOr<provision::v1::Job> job = store_->GetJob(JobId("a"), JobDetail::kFull);
      PE_EXPECT_OK(before);
      PE_EXPECT_OK(job);
      if (!before.ok() || !job.ok()) return;
      EXPECT_EQ(before->last_seq, static_cast<int64_t>(before->events.size()));
      EXPECT_GE(job->last_seq(), before->last_seq);
      EXPECT_EQ(job->targets(0).reason(), job->reason());
    }
  });
  for (int64_t seq = 2; seq <= 100; ++seq) {
    AppendEvents append = NewEvents("a", seq, seq);
    append.summary.set_reason(absl::StrCat("at ", seq));
    append.targets.push_back({.index = 0});
    append.targets[0].target.set_reason(absl::StrCat("at ", seq));
    PE_EXPECT_OK(Put(std::move(append)));
  }
  stop = true;
  reader.join();
}

}  // namespace
}  // namespace pe
