#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/engine/owed.h"
#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using provision::v1::Job;
using provision::v1::Resource;
using provision::v1::StepStatus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kEarlier[] =
    "name: 'jobs/j1' service: 'web' mode: APPLY state: CANCELLED variables {key: 'port' value: '81'} "
    "spec {name: 'web' variables {name: 'port' type: INT default: '80'} steps {id: 'a' notify: 'h' file {path: '/a'}} "
    "handlers {id: 'h' exec {argv: 'reload' argv: '${vars.port}'}}} "
    "targets {resource: 'resources/web-1' address: 'ssh://root@10.0.0.5' pending_handlers: 'h' "
    "  steps {id: 'a' state: CHANGED} steps {id: 'h' title: 'run reload' kind: 'exec' state: CANCELLED handler: true}}";

struct Owing : Planning {
  explicit Owing(const std::string& spec, const std::string& earlier = kEarlier) : Planning(spec) {
    input.place = input.resource;
    input.owed = {{"h", "jobs/j1", std::make_shared<const Job>(Parse<Job>(earlier))}};
  }
};

TEST(PlanOwed, ComesFirstFromTheEarlierSpecAndIsNamed) {
  const Owing planning("steps {id: 'x' file {path: '/x'}} handlers {id: 'h' exec {argv: 'other'}}");
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(Shown(plan), ElementsAre("0 owed.0.h exec", "1 x file"));
  EXPECT_EQ(plan.steps[0].status.inherited_from(), "jobs/j1");
  EXPECT_EQ(plan.steps[0].status.plan_reason(), "owed since jobs/j1, which notified it and did not run it");
  EXPECT_THAT(BodyAt(plan, 0).exec().argv(), ElementsAre("reload", "81"));
  EXPECT_TRUE(plan.steps[0].step.continue_on_failure()) << "the job's own steps may be what mends it";
}

TEST(PlanOwed, NumbersGoOnFromEarlierStages) {
  Owing planning("steps {id: 'x' file {path: '/x'}}");
  planning.input.owed_before = 2;
  EXPECT_EQ(Shown(planning.Plan())[0], "0 owed.2.h exec");
}

TEST(PlanOwed, OneThatFailedRunsAsTheServicesOwnAfterItsSteps) {
  std::string earlier = kEarlier;
  earlier.replace(earlier.find("CANCELLED handler"), 9, "FAILED");
  const Owing same("steps {id: 'a' notify: 'h' file {path: '/a'}} handlers {id: 'h' exec {argv: 'reload'}}", earlier);
  EXPECT_THAT(Shown(same.Plan()), ElementsAre("0 a file notifies 1", "1 h exec handler notified"));
  EXPECT_EQ(same.Plan().steps[1].status.inherited_from(), "jobs/j1");
  Owing other("steps {id: 'a' file {path: '/a'}}", earlier);
  other.spec.set_name("db");
  EXPECT_THAT(Shown(other.Plan()), ElementsAre("0 owed.0.h exec", "1 a file"));
}

TEST(PlanOwed, ARetryFromExactlyItRunsItOnce) {
  Owing planning("steps {id: 'a' notify: 'h' file {path: '/a'}} handlers {id: 'h' exec {argv: 'reload'}}");
  planning.input.from_step = "h";
  planning.input.parent = "jobs/j1";
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(Shown(plan),
              ElementsAre("0 a file SKIPPED (the retry begins with 'h') notifies 1", "1 h exec handler notified"));
  EXPECT_EQ(plan.steps[1].status.inherited_from(), "jobs/j1");
}

TEST(PlanOwed, WhatCannotBePlannedStaysOwed) {
  Owing planning("steps {id: 'a' file {path: '/a'}}");
  planning.input.owed[0].of = nullptr;
  const StagePlan plan = planning.Plan();
  EXPECT_EQ(plan.steps[0].status.state(), StepStatus::SKIPPED);
  EXPECT_THAT(plan.steps[0].status.reason(), HasSubstr("it stays owed: the job that owes it cannot be read"));
}

TEST(PlanOwed, ACommandWhoseOutcomeNobodyKnowsIsNotRunAgain) {
  Owing planning("steps {id: 'a' file {path: '/a'}}");
  planning.input.owed[0].outcome_unknown = true;
  const StepStatus skipped = planning.Plan().steps[0].status;
  EXPECT_EQ(skipped.state(), StepStatus::SKIPPED);
  EXPECT_THAT(skipped.reason(), HasSubstr("`pe retry jobs/j1 --step h` runs it"));
  std::string restart = kEarlier;
  const std::string exec = "exec {argv: 'reload' argv: '${vars.port}'}";
  restart.replace(restart.find(exec), exec.size(), "unit {name: 'w.service' state: RESTARTED}");
  planning.input.owed[0].of = std::make_shared<const Job>(Parse<Job>(restart));
  EXPECT_EQ(planning.Plan().steps[0].status.state(), StepStatus::PENDING) << "a restart may be done again";
}

TEST(PlanOwed, ASecretOfAnotherServiceIsNotTaken) {
  std::string earlier = kEarlier;
  earlier.replace(earlier.find("argv: 'reload'"), 14, "argv: 'reload' environment {name: 'K' value: '${vars.key}'}");
  earlier.replace(earlier.find("steps {id: 'a' notify"), 0, "variables {name: 'key' type: SECRET} ");
  const std::string with_key = "variables {name: 'key' type: SECRET} steps {id: 'a' file {path: '/a'}}";
  Owing planning("steps {id: 'a' file {path: '/a'}}", earlier);
  EXPECT_THAT(planning.Plan().steps[0].status.reason(), HasSubstr("it needs a secret of jobs/j1; retry that job"));
  planning.spec = Spec(with_key);
  planning.variables.secret_names = {"key"};
  EXPECT_EQ(planning.Plan().steps[0].status.state(), StepStatus::PENDING) << "the same service brings it again";
  planning.spec.set_name("db");
  EXPECT_EQ(planning.Plan().steps[0].status.state(), StepStatus::SKIPPED) << "its key is another key";
}

TEST(Owed, WhatATargetOwesAtItsEndAndWhatSettlesIt) {
  Job job = Parse<Job>(kEarlier);
  const std::vector<Obligation> owed = OwedAtEnd(job, 0, 5);
  ASSERT_EQ(owed.size(), 1u);
  EXPECT_EQ(owed[0].resource, "resources/web-1");
  Resource host;
  EXPECT_TRUE(Apply(owed[0], &host));
  EXPECT_FALSE(Apply(owed[0], &host)) << "it is owed once";
  Obligation again = owed[0];
  again.told = true;
  Resource waived;
  EXPECT_FALSE(Apply(again, &waived)) << "what was told and is gone was waived, or has run";
  ASSERT_EQ(host.pending_handlers_size(), 1);
  EXPECT_EQ(host.pending_handlers(0).title(), "run reload");
  const auto step = Parse<StepStatus>("id: 'owed.3.h' inherited_from: 'jobs/j1' state: CHANGED attempt: 1");
  for (const Obligation& settled : Inherited(job.targets(0), step, 6)) EXPECT_TRUE(Apply(settled, &host));
  EXPECT_THAT(host.pending_handlers(), IsEmpty());
}

TEST(Owed, OneOwedAgainByItsOwnServiceReplacesTheEarlierOne) {
  Job later = Parse<Job>(kEarlier);
  later.set_name("jobs/j2");
  later.mutable_targets(0)->mutable_steps(1)->set_inherited_from("jobs/j1");
  Resource host = Parse<Resource>("name: 'resources/web-1' pending_handlers {handler: 'h' job: 'jobs/j1'}");
  for (const Obligation& one : OwedAtEnd(later, 0, 5)) Apply(one, &host);
  ASSERT_EQ(host.pending_handlers_size(), 1);
  EXPECT_EQ(host.pending_handlers(0).job(), "jobs/j2");
}

TEST(Owed, IdsOfHandlers) {
  EXPECT_EQ(OwedId("owed.12.exporter.restart"), "exporter.restart");
  EXPECT_EQ(OwedId("h"), "h");
}

}  // namespace
}  // namespace pe
