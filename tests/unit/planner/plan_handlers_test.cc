#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using ::testing::ElementsAre;

TEST(PlanHandlers, ThoseThatAreNotifiedAreInTheStageInDeclaredOrder) {
  const Planning planning(
      "steps {id: 'a' notify: ['two', 'one'] file {path: '/a'}} steps {id: 'b' notify: 'one' file {path: '/b'}} "
      "handlers {id: 'one' exec {argv: 'x'}} handlers {id: 'two' exec {argv: 'y'}} handlers {id: 'three' exec {argv: "
      "'z'}} acceptance {tcp {port: 80}}");
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(Shown(plan), ElementsAre("0 a file notifies 2 notifies 3", "1 b file after 0 notifies 2",
                                       "2 one exec handler", "3 two exec handler", "4 acceptance.0 probe last"));
  EXPECT_TRUE(plan.steps[2].status.handler());
  EXPECT_EQ(plan.steps[2].status.section(), "handlers");
  EXPECT_EQ(plan.steps[2].status.plan_reason(), "runs once when changed: a, b");
}

TEST(PlanHandlers, RunWhereTheirNotifierRuns) {
  Planning planning(
      "steps {id: 'a' on: 'db-1' notify: 'h' file {path: '/a'}} steps {id: 'b' file {path: '/b'}} handlers {id: 'h' "
      "exec {argv: 'x'}}");
  EXPECT_THAT(Shown(planning.Plan()), testing::IsEmpty());
  planning.input.stage = 1;
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 a file notifies 1", "1 h exec handler"));
  planning.input.stage = 2;
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 b file"));
}

TEST(PlanHandlers, WhenAppliesToThemToo) {
  const Planning planning(
      "steps {id: 'a' notify: 'h' file {path: '/a'}} handlers {id: 'h' when: 'facts.cpus > 100' exec {argv: 'x'}}");
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 a file", "1 h exec SKIPPED (`facts.cpus > 100` is false)"));
}

TEST(PlanHandlers, WithoutANotifierThatRunsTheyDoNotRun) {
  const Planning planning(
      "steps {id: 'a' when: 'false' notify: 'h' file {path: '/a'}} handlers {id: 'h' exec {argv: 'x'}}");
  EXPECT_THAT(Shown(planning.Plan()),
              ElementsAre("0 a file SKIPPED (`false` is false)", "1 h exec SKIPPED (no step that notifies it runs)"));
}

TEST(PlanHandlers, EveryElementOfAForEachNotifies) {
  const Planning planning(
      "steps {id: 'a' for_each: '[\"x\", \"y\"]' notify: 'h' file {path: '/${item}'}} handlers {id: 'h' exec {argv: "
      "'x'}}");
  EXPECT_THAT(Shown(planning.Plan()),
              ElementsAre("0 a[0] file notifies 2", "1 a[1] file notifies 2", "2 h exec handler"));
}

}  // namespace
}  // namespace pe
