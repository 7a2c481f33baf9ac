#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using ::testing::ElementsAre;

constexpr char kSpec[] =
    "libraries {name: 'ab'} steps {id: 'a' notify: 'h' file {path: '/a'}} "
    "steps {id: 'b' for_each: '[\"x\", \"y\"]' file {path: '/b/${item}'}} steps {id: 'c' file {path: '/c'}} "
    "handlers {id: 'h' exec {argv: 'x'}} acceptance {tcp {port: 80}}";

std::vector<std::string> From(const std::string& step) {
  Planning planning(kSpec);
  planning.input.from_step = step;
  return Shown(planning.Plan());
}

TEST(PlanRetry, StepsBeforeAreSkipped) {
  EXPECT_THAT(From("c"), ElementsAre("0 libraries.packages package SKIPPED (the retry begins with 'c')",
                                     "1 a file SKIPPED (the retry begins with 'c')",
                                     "2 b[0] file SKIPPED (the retry begins with 'c')",
                                     "3 b[1] file SKIPPED (the retry begins with 'c')", "4 c file",
                                     "5 h exec SKIPPED (no step that notifies it runs)", "6 acceptance.0 probe last"));
}

TEST(PlanRetry, FromAnElement) {
  EXPECT_THAT(From("b[1]"),
              ElementsAre("0 libraries.packages package SKIPPED (the retry begins with 'b[1]')",
                          "1 a file SKIPPED (the retry begins with 'b[1]')",
                          "2 b[0] file SKIPPED (the retry begins with 'b[1]')", "3 b[1] file", "4 c file after 3",
                          "5 h exec SKIPPED (no step that notifies it runs)", "6 acceptance.0 probe last"));
}

TEST(PlanRetry, FromASectionAndFromTheBeginning) {
  EXPECT_THAT(From("libraries.packages"), From(""));
  EXPECT_THAT(From("acceptance.0").back(), "6 acceptance.0 probe last");
}

TEST(PlanRetry, FromAHandlerRunsIt) {
  const auto shown = From("h");
  EXPECT_EQ(shown[4], "4 c file SKIPPED (the retry begins with 'h')");
  EXPECT_EQ(shown[5], "5 h exec handler notified");
  EXPECT_EQ(shown[6], "6 acceptance.0 probe last");
}

TEST(PlanRetry, EarlierStagesAreSkippedAsWell) {
  Planning planning("steps {id: 'a' file {path: '/a'}} steps {id: 'b' on: 'db-1' file {path: '/b'}}");
  planning.input.from_step = "b";
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 a file SKIPPED (the retry begins with 'b')"));
  planning.input.stage = 1;
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 b file"));
}

TEST(PlanRetry, UnknownStep) {
  Planning planning(kSpec);
  planning.input.from_step = "nope";
  EXPECT_THAT(planning.Errors(), ElementsAre("step: there is no step 'nope' in this plan"));
}

}  // namespace
}  // namespace pe
