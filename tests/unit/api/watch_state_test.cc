#include "server/api/watch_state.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "server/api/api_errors.h"
#include "server/api/limits.h"
#include "tests/unit/api/watch_fixtures.h"

namespace pe {
namespace {

using Do = WatchState::Do;
constexpr WatchState::Times kTimes{.heartbeat_micros = 100, .stall_micros = 1000};

HistoryRead Read(int64_t from, int64_t through, bool at_end, bool ended = false) {
  std::vector<provision::v1::Event> events;
  for (int64_t seq = from; seq <= through; ++seq) events.push_back(EventAt(seq));
  return {.messages = SplitEvents(events, from - 1, {}), .at_end = at_end, .job_ended = ended};
}

WatchMessagePtr Live(int64_t from, int64_t through, bool terminal = false) {
  return MergeBatches({BatchOf(from, through, terminal)})[0];
}

// A watch after seq 0 whose history was empty.
WatchState LiveWatch() {
  WatchState state(0, {}, kTimes, 0);
  EXPECT_EQ(state.Next(0), Do::kRead);
  state.OnRead(Read(1, 0, true));
  EXPECT_EQ(state.Next(0), Do::kNothing);
  return state;
}

TEST(WatchState, HistoryThenLiveThenEnd) {
  WatchState state(3, {}, kTimes, 0);
  ASSERT_EQ(state.Next(0), Do::kRead);
  EXPECT_EQ(state.Next(0), Do::kNothing);  // one read at a time
  state.OnLive(Live(5, 7));                // came while it read
  state.OnRead(Read(4, 6, true));
  ASSERT_EQ(state.Next(0), Do::kWrite);
  EXPECT_EQ(state.writing()->through_seq, 6);
  EXPECT_EQ(state.Next(0), Do::kNothing);  // one write in flight
  state.OnWriteDone(true);
  ASSERT_EQ(state.Next(0), Do::kWrite);
  EXPECT_EQ(state.writing()->from_seq, 7);  // not again what history had
  state.OnLive(Live(8, 8, true));
  state.OnWriteDone(true);
  ASSERT_EQ(state.Next(0), Do::kWrite);
  state.OnWriteDone(true);
  ASSERT_EQ(state.Next(0), Do::kFinish);
  EXPECT_TRUE(state.status().ok());
  EXPECT_EQ(state.Next(0), Do::kNothing);  // finish once
}

TEST(WatchState, AWholeLiveMessageIsShared) {
  WatchState state = LiveWatch();
  const auto message = Live(1, 4);
  state.OnLive(message);
  ASSERT_EQ(state.Next(0), Do::kWrite);
  EXPECT_EQ(state.writing(), message);
}

TEST(WatchState, AReaderThatIsBehindComesUpToDateWithOneWrite) {
  WatchState state = LiveWatch();
  state.OnLive(Live(1, 1));
  ASSERT_EQ(state.Next(0), Do::kWrite);
  for (int64_t seq = 2; seq <= 40; ++seq) state.OnLive(Live(seq, seq));
  state.OnLive(Live(42, 42));  // 41 was lost
  EXPECT_EQ(state.Next(0), Do::kNothing);
  state.OnWriteDone(true);
  ASSERT_EQ(state.Next(0), Do::kWrite);
  EXPECT_EQ(Seqs(Parsed(*state.writing())).size(), 39u);
  EXPECT_EQ(state.writing()->through_seq, 40);
  state.OnWriteDone(true);
  EXPECT_EQ(state.Next(0), Do::kRead) << "a gap is not joined over";
}

TEST(WatchState, AnEndedJobEndsAfterItsHistory) {
  WatchState state(8, {}, kTimes, 0);
  ASSERT_EQ(state.Next(0), Do::kRead);
  state.OnRead(Read(9, 8, true, true));
  ASSERT_EQ(state.Next(0), Do::kFinish);
  EXPECT_TRUE(state.status().ok());
}

TEST(WatchState, AGapIsReadFromTheStore) {
  WatchState state = LiveWatch();
  state.OnLive(Live(3, 4));
  ASSERT_EQ(state.Next(0), Do::kRead);
  EXPECT_EQ(state.after_seq(), 0);
  state.OnRead(Read(1, 2, true));
  ASSERT_EQ(state.Next(0), Do::kWrite);
  state.OnWriteDone(true);
  ASSERT_EQ(state.Next(0), Do::kWrite);
  EXPECT_EQ(state.writing()->from_seq, 3);
}

TEST(WatchState, ASlowReaderGoesOnFromTheStoreAndIsClosedWhenItStalls) {
  WatchState state = LiveWatch();
  state.OnLive(Live(1, 1));
  ASSERT_EQ(state.Next(0), Do::kWrite);
  for (size_t i = 0; i < 3 * kMaxLiveMessages; ++i) state.OnLive(Live(2 + i, 2 + i));
  EXPECT_EQ(state.Next(999), Do::kNothing);
  state.OnWriteDone(true);
  ASSERT_EQ(state.Next(999), Do::kRead);
  EXPECT_EQ(state.after_seq(), 1);
  state.OnRead(Read(2, 100, true));
  ASSERT_EQ(state.Next(999), Do::kWrite);
  EXPECT_EQ(state.Next(1998), Do::kNothing);
  ASSERT_EQ(state.Next(1999), Do::kFinish);  // with a write in flight
  EXPECT_EQ(state.status(), SlowReader(100));
}

TEST(WatchState, WhatIsDroppedWhileAReadIsOnItsWayIsReadAgain) {
  WatchState state(0, {}, kTimes, 0);
  ASSERT_EQ(state.Next(0), Do::kRead);
  for (size_t i = 0; i <= kMaxLiveMessages; ++i) state.OnLive(Live(2 + i, 2 + i, i == kMaxLiveMessages));
  state.OnRead(Read(1, 1, true));  // was made before all of them, the terminal one too
  ASSERT_EQ(state.Next(0), Do::kWrite);
  state.OnWriteDone(true);
  ASSERT_EQ(state.Next(0), Do::kRead);
}

TEST(WatchState, HeartbeatsWhenQuietAndLooksAtTheStoreBefore) {
  WatchState state = LiveWatch();
  EXPECT_EQ(state.Next(99), Do::kNothing);
  ASSERT_EQ(state.Next(100), Do::kRead);
  state.OnRead(Read(1, 0, true));
  ASSERT_EQ(state.Next(101), Do::kWrite);
  EXPECT_EQ(state.writing()->from_seq, 1);
  EXPECT_EQ(state.writing()->through_seq, 0);
  state.OnWriteDone(true);
  EXPECT_EQ(state.Next(200), Do::kNothing);
  ASSERT_EQ(state.Next(201), Do::kRead);
  state.OnRead(Read(1, 2, true));  // a notice was lost: events instead of a heartbeat
  ASSERT_EQ(state.Next(201), Do::kWrite);
  EXPECT_EQ(state.writing()->through_seq, 2);
  state.OnWriteDone(true);
  EXPECT_EQ(state.Next(202), Do::kNothing);
}

TEST(WatchState, DrainAndCancelAndErrorsEndIt) {
  WatchState drained = LiveWatch();
  drained.OnDrain();
  ASSERT_EQ(drained.Next(0), Do::kFinish);
  EXPECT_EQ(drained.status(), WatchDrained(0));

  WatchState cancelled = LiveWatch();
  cancelled.OnLive(Live(1, 1));
  ASSERT_EQ(cancelled.Next(0), Do::kWrite);
  cancelled.OnCancelled();
  ASSERT_EQ(cancelled.Next(0), Do::kFinish);
  cancelled.OnWriteDone(false);
  EXPECT_EQ(cancelled.Next(0), Do::kNothing);

  WatchState failed(0, {}, kTimes, 0);
  ASSERT_EQ(failed.Next(0), Do::kRead);
  failed.OnRead(absl::NotFoundError("no job"));
  ASSERT_EQ(failed.Next(0), Do::kFinish);
  EXPECT_EQ(failed.status(), absl::NotFoundError("no job"));
}

// A job of `total` events against a watch: commits, notices (some lost), reads, writes and time in any order.
struct World {
  WatchState state;
  int64_t total, page;
  int64_t committed = 0, noticed = 0, next = 1;
  bool read_wanted = false, finished = false;
  MonoMicros now = 0;
  std::vector<int64_t> seen;

  void Commit(int64_t count, bool lose_notice) {
    committed = std::min(total, committed + count);
    if (!lose_notice && committed > noticed) state.OnLive(Live(noticed + 1, committed, committed == total));
    noticed = committed;
  }
  void AnswerRead() {
    if (!read_wanted) return;
    read_wanted = false;
    const int64_t after = *state.after_seq();
    const int64_t through = std::min(committed, after + page);
    state.OnRead(Read(after + 1, through, through == committed, committed == total && through == committed));
  }
  void FinishWrite() {
    if (state.writing() != nullptr) state.OnWriteDone(true);
  }
  void Run() {
    while (!finished) {
      const Do what = state.Next(now);
      if (what == Do::kNothing) return;
      if (what == Do::kRead) RC_ASSERT(!std::exchange(read_wanted, true));
      if (what == Do::kFinish) finished = true;
      if (what != Do::kWrite) continue;
      const auto response = Parsed(*state.writing());
      RC_ASSERT(response.from_seq() == next);
      for (const int64_t seq : Seqs(response)) seen.push_back(seq);
      next = response.through_seq() + 1;
    }
  }
};

TEST(WatchState, AnyOrderOfThingsGivesEveryEventOnceAndAnEnd) {
  rc::check([] {
    const int64_t total = *rc::gen::inRange<int64_t>(1, 400);
    World world{.state = WatchState(0, {}, {.heartbeat_micros = 100, .stall_micros = int64_t{1} << 60}, 0),
                .total = total,
                .page = *rc::gen::inRange<int64_t>(1, 60)};
    const auto moves = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100));
    for (const int move : moves) {
      if (move < 50) world.Commit(1 + move % 7, move % 10 == 0);
      else if (move < 65) world.AnswerRead();
      else if (move < 90) world.FinishWrite();
      else world.now += move;
      world.Run();
    }
    // The world heals: everything is committed, reads are answered, writes end, time goes on.
    world.Commit(total, moves.size() % 2 == 0);
    for (int i = 0; i < 10'000 && !world.finished; ++i) {
      world.AnswerRead();
      world.FinishWrite();
      world.now += 50;
      world.Run();
    }
    RC_ASSERT(world.finished);
    RC_ASSERT(world.state.status().ok());
    RC_ASSERT(static_cast<int64_t>(world.seen.size()) == total);
    for (int64_t i = 0; i < total; ++i) RC_ASSERT(world.seen[i] == i + 1);
  });
}

}  // namespace
}  // namespace pe
