#include "client/cpp/watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace provision::client {
namespace {

using testing::ElementsAre;

constexpr int64_t kSnapshot = -1;

// What one stream does: batches, then an end.
struct Script {
  std::vector<v1::WatchResponse> batches;
  absl::Status end;
};

class ScriptedStream final : public WatchStream {
 public:
  explicit ScriptedStream(Script script) : script_(std::move(script)) {}
  absl::StatusOr<bool> Read(v1::WatchResponse* batch, absl::Duration) override {
    if (next_ < script_.batches.size()) {
      *batch = script_.batches[next_++];
      return true;
    }
    if (script_.end.ok()) return false;
    return script_.end;
  }
  void Cancel() override {}

 private:
  const Script script_;
  size_t next_ = 0;
};

// An engine that answers each Watch with the next script, and writes down what was asked.
struct Engine {
  std::deque<Script> scripts;
  std::vector<int64_t> asked;  // after_seq, or kSnapshot

  OpenWatchStream Open() {
    return [this](const v1::WatchRequest& request) {
      asked.push_back(request.has_after_seq() ? request.after_seq() : kSnapshot);
      Script script{.end = absl::UnavailableError("no script")};
      if (!scripts.empty()) script = std::exchange(scripts.front(), {}), scripts.pop_front();
      return std::make_shared<ScriptedStream>(std::move(script));
    };
  }
};

v1::WatchResponse Batch(int64_t from, int64_t through, bool terminal = false) {
  v1::WatchResponse batch;
  batch.set_from_seq(from);
  batch.set_through_seq(through);
  for (int64_t seq = from; seq <= through; ++seq) {
    batch.add_events()->set_seq(seq);
    batch.mutable_events()->rbegin()->set_target(-1);
  }
  if (terminal) batch.mutable_events()->rbegin()->mutable_state()->set_state(v1::Job::SUCCEEDED);
  return batch;
}

// Sequences until the end; the final error, if any, in `status`.
std::vector<int64_t> Drain(Watcher* watcher, absl::Status* status) {
  std::vector<int64_t> seqs;
  while (true) {
    const auto batch = watcher->Next();
    *status = batch.status();
    if (!batch.ok() || !batch->has_value()) return seqs;
    for (const auto& event : (*batch)->events()) seqs.push_back(event.seq());
  }
}

TEST(Watcher, ReadsToTheEnd) {
  Engine engine{.scripts = {{{Batch(1, 2), Batch(3, 2), Batch(3, 3, true)}, absl::OkStatus()}}};
  Watcher watcher({.name = "jobs/x", .after_seq = 0}, engine.Open());
  absl::Status status;
  EXPECT_THAT(Drain(&watcher, &status), ElementsAre(1, 2, 3));
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(watcher.through_seq(), 3);
}

TEST(Watcher, ResumesACutStreamWithoutAGap) {
  Engine engine{.scripts = {{{Batch(1, 2)}, absl::UnavailableError("restart")},
                            {{}, absl::UnavailableError("not yet")},
                            {{Batch(3, 4)}, absl::ResourceExhaustedError("slow reader")},
                            {{Batch(5, 5, true)}, absl::OkStatus()}}};
  int cuts = 0;
  Watcher watcher({.name = "jobs/x", .after_seq = 0, .on_cut = [&](const absl::Status&, absl::Duration) { ++cuts; }},
                  engine.Open());
  absl::Status status;
  EXPECT_THAT(Drain(&watcher, &status), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_TRUE(status.ok());
  EXPECT_THAT(engine.asked, ElementsAre(0, 2, 2, 4));
  EXPECT_EQ(cuts, 3);
}

TEST(Watcher, AStreamThatEndsTooEarlyIsACut) {
  Engine engine{.scripts = {{{Batch(1, 1)}, absl::OkStatus()}, {{Batch(2, 2, true)}, absl::OkStatus()}}};
  Watcher watcher({.name = "jobs/x", .after_seq = 0}, engine.Open());
  absl::Status status;
  EXPECT_THAT(Drain(&watcher, &status), ElementsAre(1, 2));
  EXPECT_TRUE(status.ok());
}

TEST(Watcher, NothingAfterTheCursorOfAnEndedJobIsTheEnd) {
  Engine engine{.scripts = {{{}, absl::OkStatus()}}};
  Watcher watcher({.name = "jobs/x", .after_seq = 9}, engine.Open());
  absl::Status status;
  EXPECT_THAT(Drain(&watcher, &status), ElementsAre());
  EXPECT_TRUE(status.ok());
}

TEST(Watcher, GapsAreSaidLoudly) {
  Engine engine{.scripts = {{{Batch(1, 2), Batch(4, 4)}, absl::OkStatus()}}};
  Watcher watcher({.name = "jobs/x", .after_seq = 0}, engine.Open());
  absl::Status status;
  EXPECT_THAT(Drain(&watcher, &status), ElementsAre(1, 2));
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
}

TEST(Watcher, AfterACutAGapIsFoundToo) {
  Engine engine{.scripts = {{{Batch(1, 2)}, absl::UnavailableError("cut")}, {{Batch(4, 4, true)}, absl::OkStatus()}}};
  Watcher watcher({.name = "jobs/x", .after_seq = 0}, engine.Open());
  absl::Status status;
  EXPECT_THAT(Drain(&watcher, &status), ElementsAre(1, 2));
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
}

TEST(Watcher, AnEngineThatNeverAnsweredIsNotWaitedFor) {
  Engine engine;
  Watcher watcher({.name = "jobs/x", .after_seq = 0}, engine.Open());
  EXPECT_EQ(watcher.Next().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(engine.asked.size(), 1u);
}

TEST(Watcher, FinalErrorsAreNotRepeated) {
  Engine engine{.scripts = {{{Batch(1, 1)}, absl::NotFoundError("gone")}}};
  Watcher watcher({.name = "jobs/x", .after_seq = 0}, engine.Open());
  absl::Status status;
  Drain(&watcher, &status);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(engine.asked.size(), 1u);
}

TEST(Watcher, GivesUpAfterALongOutage) {
  Engine engine{.scripts = {{{Batch(1, 1)}, absl::UnavailableError("cut")}}};
  Watcher watcher({.name = "jobs/x", .after_seq = 0, .max_outage = absl::Milliseconds(250)}, engine.Open());
  absl::Status status;
  EXPECT_THAT(Drain(&watcher, &status), ElementsAre(1));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_GE(engine.asked.size(), 3u);
}

TEST(Watcher, BeginsWithASnapshotAndResumesAfterIt) {
  v1::WatchResponse snapshot;
  snapshot.mutable_snapshot()->set_name("jobs/x");
  snapshot.set_from_seq(1);
  snapshot.set_through_seq(7);
  Engine engine{.scripts = {{{snapshot}, absl::UnavailableError("cut")}, {{Batch(8, 8, true)}, absl::OkStatus()}}};
  Watcher watcher({.name = "jobs/x"}, engine.Open());
  absl::Status status;
  EXPECT_THAT(Drain(&watcher, &status), ElementsAre(8));
  EXPECT_THAT(engine.asked, ElementsAre(kSnapshot, 7));
}

TEST(Watcher, CancelEndsAWaitBetweenAttempts) {
  Engine engine{.scripts = {{{Batch(1, 1)}, absl::UnavailableError("cut")}}};
  Watcher* self = nullptr;
  Watcher watcher(
      {.name = "jobs/x", .after_seq = 0, .on_cut = [&](const absl::Status&, absl::Duration) { self->Cancel(); }},
      engine.Open());
  self = &watcher;
  absl::Status status;
  Drain(&watcher, &status);
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace provision::client
