// Guarded steps, against a real agent with threads, journal and undo store on disk, and fake steps.
#include <gmock/gmock.h>

#include "server/agent/journal.h"
#include "server/agent/session.h"
#include "server/agent/step_state.h"
#include "tests/unit/agent_runtime/engine_side.h"
#include "tests/unit/agent_runtime/plan_maker.h"
#include "tests/unit/agent_runtime/temporary_folder.h"

namespace pe::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr char kRun[] = "job/0/0";
constexpr int64_t kLong = 3600 * kMicrosPerSecond;
constexpr int64_t kShort = 20 * kMicrosPerMilli;

bool Waits(const v1::Frame& frame) { return frame.report().step_state().guard_us() > 0; }

class GuardTest : public testing::Test {
 protected:
  GuardTest() { FakeSteps::Get().Reset(); }
  static v1::Plan OneStep(int64_t guard_us) {
    PlanMaker plan(kRun);
    plan.Step("undoable").last().set_guard_us(guard_us);
    plan.Step("next", {0});
    return plan.plan();
  }
  static void Confirm(EngineSide& engine, const v1::OpenGuard& guard) {
    v1::Frame frame;
    frame.mutable_confirm_guard()->set_run(guard.run());
    frame.mutable_confirm_guard()->set_step(guard.step());
    frame.mutable_confirm_guard()->set_nonce(guard.nonce());
    engine.Send(frame);
  }
  static v1::StepReport Last(const EngineSide& engine, int step) {
    v1::StepReport last;
    for (const v1::Report& report : engine.reports()) {
      if (report.step() == step && report.has_step_state()) last = report.step_state();
    }
    return last;
  }
  // Without an engine, until nothing is left to do.
  static void LiveAlone(Life& life) {
    for (int i = 0; i < 10'000 && life.agent().busy(); ++i) {
      life.agent().Tick();
      pollfd fd = {life.waker().fd(), POLLIN, 0};
      poll(&fd, 1, 10);
      life.waker().Take();
    }
  }
  TemporaryFolder folder_;
  std::string state_ = folder_.path() + "/state";
};

TEST_F(GuardTest, ANewConnectionConfirmsAndAnOpenOneCannot) {
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome();
  engine.SendPlan(OneStep(kLong));
  engine.Next(Waits);
  EXPECT_EQ(Last(engine, 0).state(), kStepWaiting);
  EXPECT_THAT(engine.hello().open_guards(), IsEmpty());
  v1::OpenGuard guess;
  guess.set_run(kRun);
  Confirm(engine, guess);  // without the nonce, which it was never told

  EngineSide fresh(life);
  ASSERT_EQ(fresh.hello().open_guards_size(), 1) << "it still waits";
  EXPECT_EQ(fresh.hello().open_guards(0).run(), kRun);
  EXPECT_EQ(fresh.hello().open_guards(0).step(), 0);
  fresh.Welcome(1, "engine1", {EngineSide::After(kRun, 0)});
  Confirm(fresh, fresh.hello().open_guards(0));
  Confirm(fresh, fresh.hello().open_guards(0));
  EXPECT_EQ(fresh.Done().outcome(), v1::RunDone::SUCCEEDED);
  EXPECT_THAT(fresh.states(), ElementsAre(Pair(0, kStepChanged), Pair(1, kStepChanged)));
  EXPECT_EQ(Last(fresh, 0).values().count("confirmed_after_ms"), 1u);
  EXPECT_THAT(FakeSteps::Get().undone(), IsEmpty());
}

TEST_F(GuardTest, WhatNobodyConfirmsIsRestoredAndFails) {
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome();
  engine.SendPlan(OneStep(kShort));
  EXPECT_EQ(engine.Done().outcome(), v1::RunDone::FAILED);
  EXPECT_THAT(engine.states(), ElementsAre(Pair(0, kStepFailed), Pair(1, kStepSkipped)));
  EXPECT_EQ(Last(engine, 0).error_code(), "NOT_CONFIRMED");
  EXPECT_THAT(Last(engine, 0).reason(), HasSubstr("restored what was before undoable"));
  EXPECT_THAT(FakeSteps::Get().undone(), ElementsAre(Pair("undoable", 1)));
}

TEST_F(GuardTest, AHandlerThatIsNotConfirmedRestoresWhatItMadeLiveAndIsDoneAgain) {
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome();
  PlanMaker plan(kRun);
  plan.Handler("reload").last().set_guard_us(kShort);
  plan.Step("undoable").Notify({0}).last().set_guard_us(kLong);
  engine.SendPlan(plan.plan());
  engine.Next(Waits);
  EngineSide fresh(life);
  fresh.Welcome(1, "engine1", {EngineSide::After(kRun, 0)});
  ASSERT_EQ(fresh.hello().open_guards_size(), 1);
  Confirm(fresh, fresh.hello().open_guards(0));  // the file: the handler has not run yet
  const v1::RunDone done = fresh.Done();
  EXPECT_EQ(done.outcome(), v1::RunDone::FAILED);
  EXPECT_THAT(done.pending_handlers(), ElementsAre(0)) << "it failed, so it is owed";
  EXPECT_THAT(fresh.states(), ElementsAre(Pair(0, kStepFailed), Pair(1, kStepChanged)));
  EXPECT_THAT(FakeSteps::Get().undone(), ElementsAre(Pair("undoable", 1)));
  EXPECT_THAT(FakeSteps::Get().applied(), UnorderedElementsAre(Pair("reload", 2))) << "once more, for the old file";
}

TEST_F(GuardTest, WhatDidNotChangeNeedsNoConfirmation) {
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome();
  PlanMaker plan(kRun);
  plan.Step("right").last().set_guard_us(kShort);
  engine.SendPlan(plan.plan());
  EXPECT_EQ(engine.Done().outcome(), v1::RunDone::SUCCEEDED);
  EXPECT_THAT(engine.states(), ElementsAre(Pair(0, kStepUnchanged)));
}

TEST_F(GuardTest, ARestartedAgentRestoresWithoutAnEngine) {
  {
    Life life(state_);
    EngineSide engine(life);
    engine.Welcome();
    engine.SendPlan(OneStep(kShort));
    engine.Next(Waits);
  }
  Life life(state_);
  LiveAlone(life);
  EXPECT_FALSE(life.agent().busy());
  EXPECT_THAT(FakeSteps::Get().undone(), ElementsAre(Pair("undoable", 1)));

  EngineSide engine(life);
  EXPECT_THAT(engine.hello().open_guards(), IsEmpty());
  engine.Welcome(1, "engine1", {EngineSide::After(kRun, 0)});
  EXPECT_EQ(engine.Done().outcome(), v1::RunDone::FAILED);
  EXPECT_EQ(Last(engine, 0).error_code(), "NOT_CONFIRMED");
  EXPECT_EQ(engine.states()[1], kStepSkipped);
  EXPECT_THAT(FakeSteps::Get().undone(), ElementsAre(Pair("undoable", 1))) << "once";
}

TEST_F(GuardTest, AnEngineThatComesToARestartedAgentFindsTheStepWaitingAnew) {
  {
    Life life(state_);
    EngineSide engine(life);
    engine.Welcome();
    engine.SendPlan(OneStep(kLong));
    engine.Next(Waits);
  }
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome(2, "engine1", {EngineSide::After(kRun, 0)});
  engine.Next(Waits);
  EngineSide fresh(life);
  fresh.Welcome(2, "engine1", {EngineSide::After(kRun, 0)});
  ASSERT_EQ(fresh.hello().open_guards_size(), 1);
  Confirm(fresh, fresh.hello().open_guards(0));
  EXPECT_EQ(fresh.Done().outcome(), v1::RunDone::SUCCEEDED);
  EXPECT_THAT(FakeSteps::Get().undone(), IsEmpty());
}

// A life that was confirmed, and died before it could write the step's end, took the step up again; its change is
// another one, which nobody has confirmed.
TEST_F(GuardTest, AConfirmationSaysNothingOfAnAttemptThatWasTakenUpAgain) {
  {
    Life life(state_);
    EngineSide engine(life);
    engine.Welcome();
    engine.SendPlan(OneStep(kShort));
    engine.Next(Waits);
    auto runs = life.store().LoadRuns();
    ASSERT_TRUE(runs.ok());
    ASSERT_EQ(runs->size(), 1u);
    Journal journal(life.store(), std::move(runs->front()), 1);
    ASSERT_TRUE(journal.Guard(0, 1, kConfirmed, "").ok());
    ASSERT_TRUE(journal.Intent(0, 1, "", true).ok());
  }
  Life life(state_);
  LiveAlone(life);
  EXPECT_THAT(FakeSteps::Get().undone(), ElementsAre(Pair("undoable", 1)));
}

}  // namespace
}  // namespace pe::agent
