#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kHelloWeb[] = R"(
    version: '1.2.0'
    variables {name: 'greeting' default: 'hello'}
    os {distribution: 'debian' release: 'bookworm'}
    libraries {name: 'nginx-light'} libraries {name: 'libssl3' version: '>=3.0'}
    security {patches: SECURITY}
    steps {id: 'page' file {path: '/var/www/html/index.html' content: '${vars.greeting} from ${facts.hostname}\n' mode: '0644'}}
    steps {id: 'web' unit {name: 'nginx.service' state: STARTED enabled: true} after: 'page'}
    acceptance {http {url: 'http://localhost/' status: 200 contains: '${vars.greeting}'}})";

TEST(Plan, HelloWeb) {
  const Planning planning(kHelloWeb);
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(Shown(plan), ElementsAre("0 libraries.packages package", "1 security.patches security_patches after 0",
                                       "2 page file after 1", "3 web unit after 2", "4 acceptance.0 probe last"));
  EXPECT_THAT(plan.warnings, IsEmpty());
  EXPECT_EQ(BodyAt(plan, 0).package().packages(1).version(), ">=3.0");
  EXPECT_EQ(BodyAt(plan, 1).security_patches().patches(), provision::v1::SecurityPatches::SECURITY);
  EXPECT_EQ(BodyAt(plan, 2).file().content(), "hello from web-1\n");
  EXPECT_EQ(BodyAt(plan, 4).probe().http().contains(), "hello");
  EXPECT_THAT(PlaceStages(planning.spec, "ssh"), testing::SizeIs(1));
}

TEST(Plan, StatusTellsWhatAPersonWantsToKnow) {
  Planning planning(kHelloWeb);
  planning.input.first_index = 10;
  const StagePlan plan = planning.Plan();
  const auto& libraries = plan.steps[0].status;
  EXPECT_EQ(libraries.title(), "Install nginx-light, libssl3");
  EXPECT_EQ(libraries.plan_reason(), "asked for by libraries");
  EXPECT_EQ(libraries.section(), "libraries");
  EXPECT_EQ(libraries.state(), provision::v1::StepStatus::PENDING);
  const auto& page = plan.steps[2].status;
  EXPECT_EQ(page.title(), "page");
  EXPECT_EQ(page.plan_reason(), "step 'page' of the spec");
  EXPECT_EQ(page.section(), "steps");
  EXPECT_THAT(page.after(), ElementsAre(11));
  EXPECT_EQ(plan.steps[2].step.index(), 12);
  EXPECT_THAT(plan.steps[2].step.after(), ElementsAre(1));
  EXPECT_EQ(plan.steps[4].status.title(), "http://localhost/ answers 200");
  EXPECT_EQ(plan.steps[4].status.section(), "acceptance");
  EXPECT_THAT(plan.steps[1].status.not_undoable(), HasSubstr("archive"));
}

TEST(Plan, EnvelopesAreLoweredToMicros) {
  Planning planning(
      "libraries {name: 'ab'} steps {id: 'a' file {path: '/a'}} steps {id: 'p' probe {tcp {port: 80}}} "
      "steps {id: 'r' exec {argv: 'x'} timeout {seconds: 1 nanos: 500000000} on_failure: CONTINUE "
      "retry {attempts: 3 backoff {nanos: 250000000} multiplier: 1.5 max_backoff {seconds: 10}}}");
  const StagePlan plan = planning.Plan();
  EXPECT_EQ(plan.steps[0].step.timeout_us(), 1'800'000'000);
  EXPECT_EQ(plan.steps[1].step.timeout_us(), 600'000'000);
  EXPECT_EQ(plan.steps[2].step.timeout_us(), 60'000'000);
  EXPECT_EQ(plan.steps[1].step.attempts(), 1);
  EXPECT_EQ(plan.steps[1].step.backoff_us(), 1'000'000);
  EXPECT_EQ(plan.steps[1].step.multiplier(), 2);
  EXPECT_EQ(plan.steps[1].step.max_backoff_us(), 60'000'000);
  EXPECT_FALSE(plan.steps[1].step.continue_on_failure());
  const auto& r = plan.steps[3].step;
  EXPECT_EQ(r.timeout_us(), 1'500'000);
  EXPECT_EQ(r.attempts(), 3);
  EXPECT_EQ(r.backoff_us(), 250'000);
  EXPECT_EQ(r.multiplier(), 1.5);
  EXPECT_EQ(r.max_backoff_us(), 10'000'000);
  EXPECT_TRUE(r.continue_on_failure());
  planning.input.on_failure = provision::v1::Step::CONTINUE;
  EXPECT_TRUE(planning.Plan().steps[1].step.continue_on_failure());
}

TEST(Plan, ParallelStepsStillWaitForWhatTheSectionsAskFor) {
  const Planning planning(
      "libraries {name: 'ab'} steps {id: 'a' parallel: true file {path: '/a'}} steps {id: 'b' parallel: true file "
      "{path: '/b'}} "
      "steps {id: 'c' after: ['a', 'b'] file {path: '/c'}}");
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 libraries.packages package", "1 a file after 0",
                                                  "2 b file after 0", "3 c file after 1 after 2"));
}

TEST(Plan, WhenSkipsAndItsSuccessorsComeAfterWhatItCameAfter) {
  const Planning planning(
      "variables {name: 'tls' type: BOOL default: 'false'} steps {id: 'a' file {path: '/a'}} "
      "steps {id: 'b' when: 'vars.tls' file {path: '/b/${facts.addresses[7]}'}} steps {id: 'c' when: '!vars.tls' file "
      "{path: '/c'}}");
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(Shown(plan), ElementsAre("0 a file", "1 b file SKIPPED (`vars.tls` is false)", "2 c file after 0"));
  EXPECT_THAT(plan.steps[2].status.after(), ElementsAre(1));
  EXPECT_EQ(plan.steps[1].step.ByteSizeLong(), 0u);
}

TEST(Plan, ForEachMakesAStepForEachElement) {
  const Planning planning(
      "variables {name: 'sites' type: LIST default: 'one,two'} variables {name: 'none' type: LIST default: ''} "
      "steps {id: 'dir' directory {path: '/srv'}} "
      "steps {id: 'site' for_each: 'vars.sites' when: 'item != \"two\"' title: 'Site ${item}' file {path: "
      "'/srv/${item}'}} "
      "steps {id: 'no' for_each: 'vars.none' file {path: '/x/${item}'}} steps {id: 'end' file {path: '/y'}}");
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(
      Shown(plan),
      ElementsAre("0 dir directory", "1 site[0] file after 0", "2 site[1] file SKIPPED (`item != \"two\"` is false)",
                  "3 no file SKIPPED (for_each yields an empty list)", "4 end file after 0 after 1"));
  EXPECT_EQ(plan.steps[1].status.title(), "Site one");
  EXPECT_EQ(plan.steps[1].status.plan_reason(), "step 'site' of the spec, for 'one'");
  EXPECT_EQ(BodyAt(plan, 1).file().path(), "/srv/one");
}

TEST(Plan, AStageEndsWhereThePlaceChanges) {
  Planning planning(
      "steps {id: 'a' file {path: '/a'}} steps {id: 'b' on: 'db-1' file {path: '/b/${facts.hostname}'}} "
      "steps {id: 'c' on: 'resources/db-1' file {path: '/c'}} steps {id: 'd' file {path: '/d'}} acceptance {tcp {port: "
      "80}}");
  const auto places = PlaceStages(planning.spec, "ssh");
  ASSERT_EQ(places.size(), 3u);
  EXPECT_EQ(places[0].on, "");
  EXPECT_EQ(places[1].on, "resources/db-1");
  EXPECT_EQ(places[2].on, "");
  EXPECT_THAT(NamedResources(planning.spec), ElementsAre("resources/db-1"));
  provision::v1::Facts db = Bookworm();
  db.set_hostname("db-1");
  planning.input.facts = &db;
  planning.input.stage = 1;
  planning.input.first_index = 1;
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(Shown(plan), ElementsAre("0 b file", "1 c file after 0"));
  EXPECT_EQ(BodyAt(plan, 0).file().path(), "/b/web-1") << "facts are the target's, wherever a step runs";
  EXPECT_EQ(plan.steps[0].status.on(), "resources/db-1");
  EXPECT_EQ(plan.steps[0].status.stage(), 1);
  planning.input.stage = 2;
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 d file", "1 acceptance.0 probe last"));
  planning.input.stage = 3;
  EXPECT_EQ(PlanStage(planning.input).status().code(), absl::StatusCode::kInternal);
}

// So that its facts are known when the other stages are planned.
TEST(Plan, TheFirstStageIsTheTargets) {
  Planning planning("steps {id: 'a' on: 'db-1' file {path: '/a'}}");
  ASSERT_EQ(PlaceStages(planning.spec, "ssh").size(), 2u);
  EXPECT_THAT(planning.Plan().steps, IsEmpty());
  planning.input.stage = 1;
  planning.input.target_facts = nullptr;
  EXPECT_THAT(planning.Errors(), ElementsAre(HasSubstr("before anything is known about the target")));
}

TEST(Plan, AnEmptySpecHasOneEmptyStage) {
  const Planning planning("");
  EXPECT_EQ(PlaceStages(planning.spec, "ssh").size(), 1u);
  EXPECT_THAT(planning.Plan().steps, IsEmpty());
}

TEST(Plan, DownloadsNameTheirBlobs) {
  const std::string digest(64, 'a');
  const Planning planning("steps {id: 'a' download {url: 'http://a/b' path: '/b' sha256: '" + digest + "'}}");
  EXPECT_THAT(planning.Plan().steps[0].step.blobs(), ElementsAre(digest));
}

TEST(Plan, ForEachIsBounded) {
  std::string list = "1";
  for (int i = 2; i <= 400; ++i) absl::StrAppend(&list, ",", i);
  const std::map<std::string, std::string> given = {{"l", list}};
  const Planning edges(
      "variables {name: 'l' type: LIST} steps {id: 'a' for_each: 'vars.l' file {path: '/a/${item}'}} "
      "steps {id: 'b' for_each: 'vars.l' file {path: '/b/${item}'}}",
      given);
  EXPECT_THAT(edges.Errors(), ElementsAre(HasSubstr("more than 100000 dependencies")));
  std::string steps = "variables {name: 'l' type: LIST}";
  for (int i = 0; i < 26; ++i)
    absl::StrAppend(&steps, " steps {id: 's", i, "' parallel: true for_each: 'vars.l' file {path: '/a/${item}'}}");
  EXPECT_THAT(Planning(steps, given).Errors(),
              ElementsAre("spec.steps: for_each brings the plan to more than 10000 steps"));
}

}  // namespace
}  // namespace pe
