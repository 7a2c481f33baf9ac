#include "server/agent/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/agent/plan_check.h"
#include "server/agent/step_state.h"
#include "tests/unit/agent_runtime/plan_maker.h"

namespace pe::agent {
namespace {

using provision::agent::v1::Report;
using provision::agent::v1::RunDone;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RunnerTest : public testing::Test {
 protected:
  void Begin() {
    ASSERT_TRUE(CheckPlan(plan_.plan()).ok()) << CheckPlan(plan_.plan());
    runner_ = std::make_unique<Runner>(plan_.plan());
    Take([&](RunnerActions& out) { runner_->Start(now_, out); });
  }
  void End(int position, int32_t state, bool retryable = false) {
    AttemptEnd end;
    end.report.set_state(state);
    if (state == kStepFailed) end.report.set_reason("broken");
    end.retryable = retryable;
    Take([&](RunnerActions& out) { runner_->OnAttemptEnded(position, attempts_[position], end, now_, out); });
  }
  template <typename F>
  void Take(F f) {
    RunnerActions out;
    f(out);
    started_.clear();
    stopped_.clear();
    for (const auto& start : out.starts) started_.push_back(start.position), attempts_[start.position] = start.attempt;
    for (const auto& stop : out.stops) stopped_.push_back(stop.position);
    need_secrets_ = out.need_secrets;
    for (Report& report : out.reports) reports_.push_back(std::move(report));
  }
  const provision::agent::v1::StepReport& Last(int step) const {
    for (size_t i = reports_.size(); i-- > 0;) {
      if (reports_[i].step() == step && reports_[i].has_step_state()) return reports_[i].step_state();
    }
    ADD_FAILURE() << "no report of step " << step;
    static const provision::agent::v1::StepReport none;
    return none;
  }
  const RunDone& Done() const {
    EXPECT_TRUE(runner_->done());
    return reports_.back().done();
  }

  PlanMaker plan_;
  std::unique_ptr<Runner> runner_;
  MonoMicros now_ = 1000;
  std::vector<int> started_;
  std::vector<int> stopped_;
  bool need_secrets_ = false;
  std::map<int, int> attempts_;
  std::vector<Report> reports_;
};

TEST_F(RunnerTest, GraphOrderAndParallelism) {
  plan_.Parallelism(2).Step("a").Step("b").Step("c").Step("d", {0, 2});
  Begin();
  EXPECT_THAT(started_, ElementsAre(0, 1));
  End(1, kStepUnchanged);
  EXPECT_THAT(started_, ElementsAre(2));
  End(2, kStepChanged);
  EXPECT_THAT(started_, IsEmpty()) << "d waits for a";
  End(0, kStepUnchanged);
  EXPECT_THAT(started_, ElementsAre(3));
  End(3, kStepUnchanged);
  EXPECT_EQ(Done().outcome(), RunDone::SUCCEEDED);
}

TEST_F(RunnerTest, AFailureStopsWhatHasNotStartedAndNamesItself) {
  plan_.Parallelism(2).Step("a").Step("b").Step("c").Step("d", {2});
  Begin();
  End(0, kStepFailed);
  EXPECT_EQ(Last(2).state(), kStepSkipped);
  EXPECT_EQ(Last(2).reason(), "step 'a' failed");
  EXPECT_EQ(Last(3).reason(), "step 'a' failed");
  EXPECT_FALSE(runner_->done()) << "b comes to its own end";
  End(1, kStepChanged);
  EXPECT_EQ(Done().outcome(), RunDone::FAILED);
}

TEST_F(RunnerTest, ContinueOnFailureSkipsOnlyWhatDependsOnIt) {
  plan_.Step("a").ContinueOnFailure().Step("b", {0}).Step("c", {1}).Step("d");
  Begin();
  End(0, kStepFailed);
  EXPECT_THAT(started_, ElementsAre(3));
  EXPECT_EQ(Last(1).reason(), "step 'a' failed");
  EXPECT_EQ(Last(2).reason(), "step 'a' failed") << "the cause, not the neighbour";
  End(3, kStepChanged);
  EXPECT_EQ(Done().outcome(), RunDone::FAILED);
}

TEST_F(RunnerTest, RetriesWithGrowingPauses) {
  plan_.Step("a").Retry(4, 100, 3.0, 500);
  Begin();
  for (const int64_t pause : {100, 300, 500}) {
    End(0, kStepFailed, true);
    EXPECT_EQ(Last(0).state(), kStepRetrying);
    EXPECT_EQ(Last(0).next_attempt_us(), pause);
    EXPECT_EQ(runner_->next_timer(), now_ + pause);
    now_ += pause - 1;
    Take([&](RunnerActions& out) { runner_->OnTimer(now_, out); });
    EXPECT_THAT(started_, IsEmpty()) << "too early";
    now_ += 1;
    Take([&](RunnerActions& out) { runner_->OnTimer(now_, out); });
    EXPECT_THAT(started_, ElementsAre(0));
  }
  End(0, kStepFailed, true);
  EXPECT_EQ(Last(0).state(), kStepFailed);
  EXPECT_EQ(reports_[reports_.size() - 2].attempt(), 4);
}

TEST_F(RunnerTest, WhatCannotHelpIsNotRetried) {
  plan_.Step("a").Retry(4, 100, 1, 0);
  Begin();
  End(0, kStepFailed, false);
  EXPECT_EQ(Done().outcome(), RunDone::FAILED);
}

TEST_F(RunnerTest, ATimeoutInterruptsAndIsSaid) {
  plan_.Step("a").Timeout(5000);
  Begin();
  EXPECT_EQ(runner_->next_timer(), now_ + 5000);
  now_ += 5000;
  Take([&](RunnerActions& out) { runner_->OnTimer(now_, out); });
  EXPECT_THAT(stopped_, ElementsAre(0));
  End(0, kStepFailed, true);
  EXPECT_EQ(Last(0).error_code(), "TIMEOUT");
  EXPECT_EQ(Last(0).reason(), "attempt 1 took longer than 5 ms: broken");
}

TEST_F(RunnerTest, HandlersRunOnceInOrderAfterTheOthersAlsoAfterAFailure) {
  plan_.Handler("h1").Handler("h2").Handler("h3").Step("a").Notify({1, 0}).Step("b").Notify({0}).Step("c");
  Begin();
  EXPECT_THAT(started_, ElementsAre(3));
  End(3, kStepChanged);
  End(4, kStepChanged);
  End(5, kStepFailed);
  EXPECT_THAT(started_, ElementsAre(0));
  End(0, kStepChanged);
  EXPECT_THAT(started_, ElementsAre(1));
  End(1, kStepFailed);
  EXPECT_EQ(Last(2).reason(), "not notified");
  EXPECT_EQ(Done().outcome(), RunDone::FAILED);
  EXPECT_THAT(Done().pending_handlers(), ElementsAre(1)) << "it failed, so it is still owed";
  int notified = 0;
  for (const Report& report : reports_) notified += report.has_notified();
  EXPECT_EQ(notified, 2);
}

TEST_F(RunnerTest, AnUnchangedStepNotifiesNobodyAndAnInheritedNotificationCounts) {
  plan_.Handler("h1").Handler("h2").Notified().Step("a").Notify({0});
  Begin();
  End(2, kStepUnchanged);
  EXPECT_THAT(started_, ElementsAre(1));
  End(1, kStepChanged);
  EXPECT_EQ(Done().outcome(), RunDone::SUCCEEDED);
  EXPECT_THAT(Done().pending_handlers(), IsEmpty());
}

TEST_F(RunnerTest, LastStepsRunOnlyWhenNothingFailed) {
  plan_.Step("probe").Last().Step("a").ContinueOnFailure();
  Begin();
  EXPECT_THAT(started_, ElementsAre(1));
  End(1, kStepFailed);
  EXPECT_EQ(Last(0).state(), kStepSkipped);
  EXPECT_EQ(Last(0).reason(), "step 'a' failed");
  EXPECT_TRUE(runner_->done());
}

TEST_F(RunnerTest, LastStepsComeAfterHandlers) {
  plan_.Step("probe").Last().Step("a").Notify({2}).Handler("h");
  Begin();
  End(1, kStepChanged);
  EXPECT_THAT(started_, ElementsAre(2));
  End(2, kStepChanged);
  EXPECT_THAT(started_, ElementsAre(0));
  End(0, kStepUnchanged);
  EXPECT_EQ(Done().outcome(), RunDone::SUCCEEDED);
}

TEST_F(RunnerTest, CancelEndsWhatHasNotStartedAndInterruptsWhatRuns) {
  plan_.Parallelism(2).Step("a").Notify({3}).Step("b").Step("c").Handler("h");
  Begin();
  End(0, kStepChanged);
  EXPECT_THAT(started_, ElementsAre(2));
  Take([&](RunnerActions& out) { runner_->OnCancel(false, now_, out); });
  EXPECT_THAT(stopped_, ElementsAre(1, 2));
  EXPECT_EQ(Last(3).state(), kStepCancelled);
  Take([&](RunnerActions& out) { runner_->OnCancel(true, now_, out); });
  EXPECT_THAT(stopped_, ElementsAre(1, 2)) << "with force it is said again";
  End(1, kStepCancelled);
  End(2, kStepChanged);
  EXPECT_EQ(Done().outcome(), RunDone::CANCELLED);
  EXPECT_THAT(Done().pending_handlers(), ElementsAre(3));
}

TEST_F(RunnerTest, ACancelThatComesTooLateChangesNothing) {
  plan_.Step("a");
  Begin();
  Take([&](RunnerActions& out) { runner_->OnCancel(false, now_, out); });
  End(0, kStepChanged);
  EXPECT_EQ(Done().outcome(), RunDone::SUCCEEDED);
}

TEST_F(RunnerTest, ACancelEndsAStepThatWaitsForItsNextAttempt) {
  plan_.Step("a").Retry(3, 100, 1, 0);
  Begin();
  End(0, kStepFailed, true);
  Take([&](RunnerActions& out) { runner_->OnCancel(false, now_, out); });
  EXPECT_EQ(Last(0).state(), kStepCancelled);
  EXPECT_EQ(runner_->next_timer(), 0);
  EXPECT_EQ(Done().outcome(), RunDone::CANCELLED);
}

TEST_F(RunnerTest, StepsWithSecretsWaitForThemAndOthersGoOn) {
  plan_.Step("a").Secrets().Step("b").Step("c", {0});
  Begin();
  EXPECT_TRUE(need_secrets_);
  EXPECT_THAT(started_, ElementsAre(1));
  EXPECT_EQ(Last(0).state(), kStepWaiting);
  EXPECT_EQ(Last(0).reason(), "secret values");
  End(1, kStepUnchanged);
  EXPECT_FALSE(need_secrets_) << "asked for once";
  Take([&](RunnerActions& out) { runner_->OnSecrets(now_, out); });
  EXPECT_THAT(started_, ElementsAre(0));
}

TEST_F(RunnerTest, APlanShowsEverythingAndOwesNothing) {
  plan_.ObserveOnly().Step("a").Notify({4}).Step("b", {0}).Retry(5, 1, 1, 0).Step("c").Step("d").Handler("h");
  Begin();
  End(0, kStepChanged);
  End(1, kStepFailed, true);
  EXPECT_EQ(Last(1).state(), kStepChanged) << "what it needs is what a would make";
  EXPECT_EQ(Last(1).message(), "not known before it runs (now: broken)");
  End(2, kStepFailed, true);
  EXPECT_EQ(Last(2).state(), kStepFailed);
  End(3, kStepSkipped);
  EXPECT_THAT(started_, ElementsAre(4));
  End(4, kStepChanged);
  EXPECT_EQ(Done().outcome(), RunDone::FAILED);
  EXPECT_THAT(Done().pending_handlers(), IsEmpty());
  for (const Report& report : reports_) EXPECT_FALSE(report.has_notified());
}

TEST_F(RunnerTest, WhatAnEarlierLifeEndedIsNotRunAgain) {
  plan_.Step("a").Notify({2}).Step("b", {0}).Handler("h");
  runner_ = std::make_unique<Runner>(plan_.plan());
  runner_->RestoreEnded(0, 2, kStepChanged);
  runner_->RestoreInterrupted(1, 3);
  RunnerActions out;
  runner_->Start(now_, out);
  ASSERT_EQ(out.starts.size(), 1u);
  EXPECT_EQ(out.starts[0].position, 1);
  EXPECT_EQ(out.starts[0].attempt, 3) << "the attempt that was interrupted";
  EXPECT_TRUE(out.starts[0].interrupted);
  attempts_[1] = 3;
  End(1, kStepChanged);
  EXPECT_THAT(started_, ElementsAre(2)) << "notified before the crash";
}

TEST_F(RunnerTest, AnUnknownOutcomeStopsTheRun) {
  plan_.Step("a").Step("b");
  runner_ = std::make_unique<Runner>(plan_.plan());
  runner_->RestoreEnded(0, 1, kStepOutcomeUnknown);
  Take([&](RunnerActions& out) { runner_->Start(now_, out); });
  EXPECT_THAT(started_, IsEmpty());
  EXPECT_EQ(Last(1).reason(), "step 'a' failed");
  EXPECT_EQ(Done().outcome(), RunDone::FAILED);
}

TEST_F(RunnerTest, AnEmptyPlanIsDoneAtOnce) {
  Begin();
  EXPECT_EQ(Done().outcome(), RunDone::SUCCEEDED);
}

TEST(PlanCheckTest, RefusesWhatCannotRun) {
  const auto message = [](const PlanMaker& plan) { return std::string(CheckPlan(plan.plan()).message()); };
  EXPECT_EQ(message(PlanMaker().Step("a", {1}).Step("b", {0})), "step 'a': comes, by way of others, after itself");
  EXPECT_EQ(message(PlanMaker().Step("a", {0})), "step 'a': comes, by way of others, after itself");
  EXPECT_EQ(message(PlanMaker().Step("a", {7})), "step 'a': comes after position 7, which the plan does not have");
  EXPECT_EQ(message(PlanMaker().Step("a", {-1})), "step 'a': comes after position -1, which the plan does not have");
  EXPECT_EQ(message(PlanMaker().Step("a").Notify({0})), "step 'a': notifies position 0, which is no handler");
  EXPECT_EQ(message(PlanMaker().Handler("h").Step("a", {0})), "step 'a': comes after 'h', which runs later");
}

TEST_F(RunnerTest, GuardedNeighboursThatTakeNoTimeGoOnWhileOneIsHeld) {
  const auto guarded_file = [&](const char* id, const std::vector<int>& after) {
    plan_.Step(id, after).last().set_guard_us(1);
    plan_.last().mutable_body()->mutable_file()->set_path("/etc/ssh/x");
  };
  guarded_file("a", {});
  guarded_file("b", {0});
  guarded_file("c", {1});
  plan_.Step("not guarded", {2}).Step("a program", {0}).last().set_guard_us(1);
  const auto hold = [&](int position, bool changed) {
    Take([&](RunnerActions& out) { runner_->OnHeld(position, changed, now_, out); });
  };
  Begin();
  EXPECT_THAT(started_, ElementsAre(0));
  hold(0, true);
  EXPECT_THAT(started_, ElementsAre(1)) << "not the program: it may take long";
  End(1, kStepUnchanged);
  EXPECT_THAT(started_, ElementsAre(2));
  hold(2, false);
  EXPECT_THAT(started_, IsEmpty()) << "it failed, and what comes after is not guarded";
  EXPECT_FALSE(runner_->done());
  End(2, kStepFailed);
  End(0, kStepChanged);
  EXPECT_EQ(Last(3).state(), kStepSkipped);
  EXPECT_EQ(Last(4).state(), kStepSkipped);
  EXPECT_EQ(Done().outcome(), RunDone::FAILED);
}

}  // namespace
}  // namespace pe::agent
