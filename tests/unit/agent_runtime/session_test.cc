// The protocol, against a real agent with threads and a journal on disk, and fake steps.
#include "server/agent/session.h"

#include <gmock/gmock.h>

#include "server/agent/step_state.h"
#include "tests/unit/agent_runtime/engine_side.h"
#include "tests/unit/agent_runtime/plan_maker.h"
#include "tests/unit/agent_runtime/temporary_folder.h"

namespace pe::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

constexpr char kRun[] = "job/0/0";

class SessionTest : public testing::Test {
 protected:
  SessionTest() { FakeSteps::Get().Reset(); }
  std::string Refused(EngineSide& engine) {
    return engine.Next([](const v1::Frame& f) { return f.has_refused(); }).refused().code();
  }
  TemporaryFolder folder_;
  std::string state_ = folder_.path() + "/state";
};

void ExpectNumbered(const std::vector<v1::Report>& reports, int64_t first) {
  for (const v1::Report& report : reports) EXPECT_EQ(report.seq(), first++);
}

TEST_F(SessionTest, RunsAPlanAndASecondRunIsUnchanged) {
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome();
  engine.SendPlan(PlanMaker(kRun).Step("a").Step("b", {0}).Step("right").plan());
  EXPECT_EQ(engine.Done().outcome(), v1::RunDone::SUCCEEDED);
  EXPECT_THAT(engine.states(), ElementsAre(Pair(0, kStepChanged), Pair(1, kStepChanged), Pair(2, kStepUnchanged)));
  ExpectNumbered(engine.reports(), 1);
  EXPECT_EQ(engine.reports()[1].diff().text(), "+a\n");

  engine.SendPlan(PlanMaker("job2/0/0").Step("a").Step("b", {0}).plan());
  engine.Done();
  EXPECT_EQ(engine.reports().back().run(), "job2/0/0");
  EXPECT_EQ(engine.states()[0], kStepUnchanged);
  EXPECT_EQ(engine.states()[1], kStepUnchanged);
}

TEST_F(SessionTest, TheSamePlanAgainIsTheSameRun) {
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome();
  const v1::Plan plan = PlanMaker(kRun).Step("a").plan();
  engine.SendPlan(plan);
  engine.Done();
  engine.SendPlan(plan);
  engine.SendPlan(PlanMaker(kRun).Step("other").plan());
  EXPECT_EQ(Refused(engine), "BAD_PLAN");
  EXPECT_THAT(FakeSteps::Get().applied(), ElementsAre(Pair("a", 1)));
}

TEST_F(SessionTest, AFailureCarriesCodeHintExitCodeAndTail) {
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome();
  engine.SendPlan(PlanMaker(kRun).Step("fail").Step("after", {0}).plan());
  EXPECT_EQ(engine.Done().outcome(), v1::RunDone::FAILED);
  for (const v1::Report& report : engine.reports()) {
    if (report.step() != 0 || report.step_state().state() != kStepFailed) continue;
    EXPECT_EQ(report.step_state().error_code(), "FAKE");
    EXPECT_EQ(report.step_state().reason(), "it broke");
    EXPECT_EQ(report.step_state().hint(), "mend it");
    EXPECT_EQ(report.step_state().exit_code(), 3);
  }
  EXPECT_THAT(engine.states(), ElementsAre(Pair(0, kStepFailed), Pair(1, kStepSkipped)));
}

TEST_F(SessionTest, ReportsGoOnWhereTheEngineStoredThem) {
  Life life(state_);
  {
    EngineSide engine(life);
    engine.Welcome();
    engine.SendPlan(PlanMaker(kRun).Step("a").Step("block").plan());
    engine.Next([](const v1::Frame& f) { return f.report().step() == 1; });
    FakeSteps::Get().AwaitBlocked(1);
  }
  EngineSide again(life);
  ASSERT_EQ(again.hello().open_runs_size(), 1);
  EXPECT_EQ(again.hello().open_runs(0).run(), kRun);
  EXPECT_FALSE(again.hello().open_runs(0).done());
  again.Welcome(1, "engine1", {EngineSide::After(kRun, 2)});
  v1::Frame cancel;
  cancel.mutable_cancel_run()->set_run(kRun);
  cancel.mutable_cancel_run()->set_epoch(1);
  again.Send(cancel);
  EXPECT_EQ(again.Done().outcome(), v1::RunDone::CANCELLED);
  ExpectNumbered(again.reports(), 3);
  EXPECT_EQ(again.states()[1], kStepCancelled);

  v1::Frame forget;
  forget.mutable_forget_run()->set_run(kRun);
  again.Send(forget);
  EXPECT_EQ(EngineSide(life).hello().open_runs_size(), 0);
}

TEST_F(SessionTest, WhatAJobHasKeptStaysBeyondTheLimitsUntilAnotherJobEnds) {
  Life life(state_, {.bytes = 1});
  EngineSide engine(life);
  engine.Welcome();
  const auto end = [&](const std::string& run) {
    engine.SendPlan(PlanMaker(run).Step("a").plan());
    engine.Done();
    EXPECT_TRUE(life.store().Undo(run, 0, {})->Record("what was there").ok());
    v1::Frame forget;
    forget.mutable_forget_run()->set_run(run);
    engine.Send(forget);
  };
  const auto dropped = [&](const std::string& run) { return life.store().UndoOf(run, 0)->Load()->dropped; };
  end("job/0/0");
  end("job/0/1");
  EXPECT_FALSE(dropped("job/0/0")) << "the job may still go back to it";
  EXPECT_FALSE(dropped("job/0/1"));
  end("next/0/0");
  EXPECT_TRUE(dropped("job/0/0"));
  EXPECT_TRUE(dropped("job/0/1"));
  EXPECT_FALSE(dropped("next/0/0"));
}

TEST_F(SessionTest, WhatAnotherConnectionHasAcknowledgedIsAGap) {
  Life life(state_);
  EngineSide old(life);
  old.Welcome();
  PlanMaker plan(kRun);
  plan.Step("a").Step("b", {0});
  old.SendPlan(plan.plan());
  old.Done();
  EngineSide fresh(life);
  v1::Frame frame;
  frame.mutable_ack()->set_run(kRun);
  frame.mutable_ack()->set_seq(2);
  old.Send(frame);  // after our Hello, which said 0
  fresh.Welcome(2, "engine1", {EngineSide::After(kRun, fresh.hello().open_runs(0).acked_seq())});
  fresh.Done();
  EXPECT_EQ(fresh.reports().front().seq(), 3) << "and not nothing at all";
}

TEST_F(SessionTest, EpochsAndOtherEnginesAreFenced) {
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome(5);
  engine.SendPlan(PlanMaker(kRun).Step("block").plan(), 5);
  FakeSteps::Get().AwaitBlocked(1);

  EngineSide old(life);
  EXPECT_EQ(old.hello().epoch(), 5);
  old.Welcome(4);
  EXPECT_EQ(Refused(old), "STALE_EPOCH");
  old.SendPlan(PlanMaker("x").plan(), 4);
  EXPECT_EQ(Refused(old), "NOT_WELCOMED");
  EngineSide other(life);
  other.Welcome(9, "engine2");
  EXPECT_EQ(Refused(other), "OTHER_ENGINE");

  EngineSide next(life);
  next.Welcome(6);
  engine.SendPlan(PlanMaker("y").plan(), 5);
  EXPECT_EQ(Refused(engine), "STALE_EPOCH");
  EXPECT_EQ(Life(state_).agent().MakeHello().epoch(), 6) << "kept on disk";
}

TEST_F(SessionTest, SecretsAreAskedForUsedAndRemovedFromWhatLeaves) {
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome();
  PlanMaker plan(kRun);
  plan.Step("say").Secrets();
  plan.last().mutable_body()->mutable_exec()->add_argv("");
  engine.SendPlan(plan.plan());
  engine.Next([](const v1::Frame& f) { return f.has_secrets_needed(); });
  v1::Frame frame;
  frame.mutable_secrets()->set_run(kRun);
  frame.mutable_secrets()->add_redact("hunter2");
  auto& body = *frame.mutable_secrets()->add_bodies();
  body.set_position(0);
  body.mutable_body()->mutable_exec()->add_argv("say");
  body.mutable_body()->mutable_exec()->add_argv("it is hunter2!");
  engine.Send(frame);
  EXPECT_EQ(engine.Done().outcome(), v1::RunDone::SUCCEEDED);
  std::string output;
  for (const v1::Report& report : engine.reports()) {
    output += report.output().data();
    EXPECT_THAT(report.SerializeAsString(), Not(HasSubstr("hunter2")));
  }
  EXPECT_EQ(output, "it is ***!");
  RealFileSystem files;
  const std::vector<std::string> names = *files.List(state_ + "/runs");
  ASSERT_FALSE(names.empty());
  for (const std::string& name : names) {
    EXPECT_THAT(*files.Read(state_ + "/runs/" + name, 1 << 20), Not(HasSubstr("hunter2")));
  }
}

TEST_F(SessionTest, AfterACrashWhatEndedStaysAndWhatWasBegunIsRunAgain) {
  {
    Life life(state_);
    EngineSide engine(life);
    engine.Welcome();
    engine.SendPlan(PlanMaker(kRun).Step("a").Notify({2}).Step("block").Handler("h").plan());
    engine.Next([](const v1::Frame& f) { return f.report().step() == 1; });
    FakeSteps::Get().AwaitBlocked(1);
  }  // killed: what `block` says afterwards is never taken in
  Life life(state_);
  EngineSide engine(life);
  ASSERT_EQ(engine.hello().open_runs_size(), 1);
  EXPECT_FALSE(engine.hello().open_runs(0).done());
  engine.Welcome(2, "engine1", {EngineSide::After(kRun, 2)});
  FakeSteps::Get().AwaitBlocked(2);
  v1::Frame cancel;
  cancel.mutable_cancel_run()->set_run(kRun);
  cancel.mutable_cancel_run()->set_epoch(2);
  engine.Send(cancel);
  const v1::RunDone done = engine.Done();
  EXPECT_EQ(done.outcome(), v1::RunDone::CANCELLED);
  EXPECT_THAT(done.pending_handlers(), ElementsAre(2)) << "owed since before the crash";
  ExpectNumbered(engine.reports(), 3);
  EXPECT_THAT(FakeSteps::Get().applied(), ElementsAre(Pair("a", 1)));
}

TEST_F(SessionTest, AfterACrashAStepThatMayNotRunTwiceIsUnknown) {
  RealFileSystem files;
  DiskRunStore store(files, state_);
  ASSERT_TRUE(store.SaveOwner({"engine1", 1}).ok());
  const v1::Plan plan = PlanMaker(kRun).Step("once-only").Step("b").plan();
  ASSERT_TRUE(Journal(store, kRun, plan.SerializeAsString(), 1, 0).Intent(0, 1, "boot", true).ok());
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome(1, "engine1", {EngineSide::After(kRun, 1)});
  EXPECT_EQ(engine.Done().outcome(), v1::RunDone::FAILED);
  EXPECT_THAT(engine.states(), ElementsAre(Pair(0, kStepOutcomeUnknown), Pair(1, kStepSkipped)));
  EXPECT_THAT(FakeSteps::Get().applied(), IsEmpty());
  ExpectNumbered(engine.reports(), 2);
}

TEST_F(SessionTest, WithoutMemoryTheEnginesWordCounts) {
  Life life(state_);
  EngineSide engine(life);
  v1::Resume resume = EngineSide::After(kRun, 17);
  auto& ended = *resume.add_ended();
  ended.set_step(0);
  ended.set_state(kStepChanged);
  ended.set_attempt(1);
  engine.Welcome(1, "engine1", {resume});
  engine.SendPlan(PlanMaker(kRun).Step("once-only").Step("b", {0}).plan());
  EXPECT_EQ(engine.Done().outcome(), v1::RunDone::SUCCEEDED);
  EXPECT_THAT(FakeSteps::Get().applied(), ElementsAre(Pair("b", 1)));
  ExpectNumbered(engine.reports(), 18);
}

TEST_F(SessionTest, PlanModeObservesOnlyAndWritesNothing) {
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome();
  engine.SendPlan(PlanMaker(kRun).ObserveOnly().Step("a").Step("fail").plan());
  EXPECT_EQ(engine.Done().outcome(), v1::RunDone::SUCCEEDED);
  EXPECT_THAT(engine.states(), ElementsAre(Pair(0, kStepChanged), Pair(1, kStepChanged)));
  EXPECT_THAT(FakeSteps::Get().applied(), IsEmpty());
  EXPECT_FALSE(RealFileSystem().List(state_ + "/runs").ok());
}

TEST_F(SessionTest, DamagedBlobsAndUnknownPlansAreRefused) {
  Life life(state_);
  EngineSide engine(life);
  engine.Welcome();
  v1::Frame frame;
  frame.mutable_blob_part()->set_digest(std::string(64, 'a'));
  frame.mutable_blob_part()->set_size(3);
  frame.mutable_blob_part()->set_data("abc");
  engine.Send(frame);
  EXPECT_THAT(engine.Next([](const v1::Frame& f) { return f.has_blob_done(); }).blob_done().error(),
              HasSubstr("digest"));
  frame.mutable_run_plan()->set_run(kRun);
  frame.mutable_run_plan()->set_plan_digest(std::string(64, 'a'));
  frame.mutable_run_plan()->set_epoch(1);
  engine.Send(frame);
  EXPECT_EQ(Refused(engine), "BAD_PLAN");
  engine.SendPlan(PlanMaker(kRun).Step("a", {0}).plan());
  EXPECT_EQ(Refused(engine), "BAD_PLAN");
}

TEST_F(SessionTest, GarbageEndsTheConnection) {
  Life life(state_);
  EngineSide engine(life);
  EXPECT_FALSE(engine.session().OnBytes(absl::string_view("\x02\x00\x00\x00\xff\xff", 6)).ok());
  EXPECT_FALSE(EngineSide(life).session().OnBytes("GET / HTTP/1.1\r\n").ok());
}

}  // namespace
}  // namespace pe::agent
