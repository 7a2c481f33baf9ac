#include "server/engine/rollback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pe {
namespace {

using provision::v1::Job;
using provision::v1::StepStatus;
using provision::v1::Target;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void AddStep(const std::string& id, StepStatus::State state, bool recorded, int stage, Target* target) {
  StepStatus* step = target->add_steps();
  step->set_id(id);
  step->set_state(state);
  step->set_stage(stage);
  step->mutable_result()->set_undo_recorded(recorded);
}

Target Done() {
  Target target;
  target.set_resource("resources/web-1");
  AddStep("a", StepStatus::CHANGED, true, 0, &target);
  AddStep("b", StepStatus::UNCHANGED, false, 0, &target);
  AddStep("c", StepStatus::CHANGED, false, 0, &target);
  AddStep("d", StepStatus::FAILED, true, 0, &target);  // it had begun
  AddStep("e", StepStatus::CHANGED, true, 1, &target);
  return target;
}

TEST(PlanUndo, NewestFirstAndOfOneStage) {
  const StagePlan plan = PlanUndo(Done(), "j/0/0", 0, 5);
  ASSERT_EQ(plan.steps.size(), 2u);
  EXPECT_EQ(plan.steps[0].status.id(), "undo.d");
  EXPECT_EQ(plan.steps[0].step.index(), 5);
  EXPECT_EQ(plan.steps[0].step.undo().run(), "j/0/0");
  EXPECT_EQ(plan.steps[0].step.undo().index(), 3);
  EXPECT_EQ(plan.steps[1].status.id(), "undo.a");
  EXPECT_EQ(plan.steps[1].step.index(), 6);
  EXPECT_TRUE(plan.steps[1].step.continue_on_failure());
  ASSERT_EQ(plan.warnings.size(), 1u);
  EXPECT_EQ(plan.warnings[0].message(), "changed, and cannot be undone: c");
}

TEST(PlanUndo, AnUndoIsNotUndone) {
  Target target = Done();
  target.mutable_steps(4)->set_section(kRollbackSection);
  EXPECT_THAT(PlanUndo(target, "j/0/1", 1, 5).steps, IsEmpty());
}

TEST(MakeRollback, TakesTheTargetsThatHaveSomethingToUndo) {
  Job parent;
  parent.set_name("jobs/p");
  parent.set_state(Job::FAILED);
  parent.add_targets()->set_resource("resources/web-0");
  *parent.add_targets() = Done();
  Inventory inventory;
  provision::v1::Resource resource;
  resource.set_name("resources/web-1");
  resource.set_address("ssh://root@10.0.0.1");
  inventory.Put(resource);
  const auto made = MakeRollback({}, parent, inventory, 1);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->job.mode(), Job::ROLLBACK);
  EXPECT_EQ(made->job.parent(), "jobs/p");
  ASSERT_EQ(made->job.targets_size(), 1);
  ASSERT_EQ(made->rows.size(), 1u);
  UndoneTarget undone;
  ASSERT_TRUE(DecodeUndone(made->rows[0].value, &undone));
  EXPECT_EQ(undone.job, "p");
  EXPECT_EQ(undone.target, 1);
  EXPECT_EQ(undone.done.steps_size(), 5);
}

TEST(MakeRollback, RefusesWhatHasNotEndedOrChangedNothing) {
  Job parent;
  parent.set_name("jobs/p");
  parent.set_state(Job::RUNNING);
  EXPECT_THAT(std::string(MakeRollback({}, parent, Inventory(), 1).status().message()), HasSubstr("has not ended"));
  parent.set_state(Job::SUCCEEDED);
  EXPECT_THAT(std::string(MakeRollback({}, parent, Inventory(), 1).status().message()),
              HasSubstr("has changed nothing that can be undone"));
}

TEST(DecodeUndone, RefusesWhatItDidNotWrite) {
  UndoneTarget undone;
  for (const char* text : {"", "x", "x y\n", "x\n1 "}) EXPECT_FALSE(DecodeUndone(text, &undone)) << text;
}

}  // namespace
}  // namespace pe
