// Interpolation, secrets, and values that try to bring in what a spec may not have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PlanTexts, EveryTextOfABodyIsInterpolated) {
  const Planning planning(
      "variables {name: 'v' default: 'x'} variables {name: 'n' type: INT default: '7'} "
      "steps {id: 'a' exec {argv: ['${vars.v}', '--n=${vars.n + 1}', '$${HOME}'] environment {name: 'A' value: "
      "'${facts.cpus}'} directory: '/${vars.v}'}} "
      "steps {id: 'b' unit {name: '${vars.v}.service' drop_ins {name: '${vars.v}.conf' content: '${vars.v}'}}}");
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(BodyAt(plan, 0).exec().argv(), ElementsAre("x", "--n=8", "${HOME}"));
  EXPECT_EQ(BodyAt(plan, 0).exec().environment(0).value(), "2");
  EXPECT_EQ(BodyAt(plan, 0).exec().directory(), "/x");
  EXPECT_EQ(BodyAt(plan, 1).unit().name(), "x.service");
  EXPECT_EQ(BodyAt(plan, 1).unit().drop_ins(0).name(), "x.conf");
}

TEST(PlanTexts, ValuesAreJudgedAsTheSpecItselfWouldBe) {
  const std::string spec =
      "variables {name: 'v'} steps {id: 'a' file {path: '/srv/${vars.v}'}} steps {id: 'b' package {packages {name: "
      "'${vars.v}'}}}";
  const Planning bad(spec, {{"v", "../etc/shadow"}});
  EXPECT_THAT(bad.Errors(),
              ElementsAre(HasSubstr("spec.steps[0].file.path: '/srv/../etc/shadow' is not a plain path"),
                          HasSubstr("spec.steps[1].package.packages[0].name: '../etc/shadow' is not a package name")));
  const Planning option(spec, {{"v", "-oDpkg::Pre-Invoke::=x"}});
  EXPECT_THAT(option.Errors(), ElementsAre(HasSubstr("is not a package name")));
}

TEST(PlanTexts, FactsAreJudgedToo) {
  Planning planning("steps {id: 'a' file {path: '/srv/${facts.hostname}' content: '${facts.hostname}'}}");
  planning.facts.set_hostname("../../etc/passwd");
  EXPECT_THAT(planning.Errors(), ElementsAre(HasSubstr("is not a plain path")));
}

TEST(PlanTexts, FailingExpressionsNameTheirField) {
  Planning planning(
      "steps {id: 'a' file {path: '/a' content: '${facts.addresses[3]}'}} steps {id: 'b' when: '1 / (facts.cpus - 2) > "
      "0' file {path: '/b'}} "
      "steps {id: 'c' for_each: '[facts.addresses[5]]' file {path: '/c'}}");
  EXPECT_THAT(planning.Errors(),
              ElementsAre("spec.steps[0].file.content: column 18: index 3 is outside a list of 1; the first is 0",
                          "spec.steps[1]: when: column 3: division by zero",
                          "spec.steps[2].for_each: column 17: index 5 is outside a list of 1; the first is 0"));
}

TEST(PlanTexts, SecretsAreReferencesUntilTheyAreResolved) {
  const Planning planning(
      "variables {name: 'pw' type: SECRET} variables {name: 'other' type: SECRET} "
      "steps {id: 'a' file {path: '/a' content: 'pw=${vars.pw};${vars.other};${vars.pw}'}} steps {id: 'b' file {path: "
      "'/b' content: 'x'}}",
      {{"pw", "hush"}, {"other", "\\037"}});
  const StagePlan plan = planning.Plan();
  EXPECT_EQ(BodyAt(plan, 0).file().content(), "pw=\x1epw\x1f;\x1eother\x1f;\x1epw\x1f");
  EXPECT_TRUE(plan.steps[0].step.has_secrets());
  EXPECT_FALSE(plan.steps[1].step.has_secrets());
  for (const PlannedStep& step : plan.steps) {
    EXPECT_EQ(step.step.SerializeAsString().find("hush"), std::string::npos);
    EXPECT_EQ(step.status.SerializeAsString().find("hush"), std::string::npos);
  }
  EXPECT_EQ(ResolveSecrets(BodyAt(plan, 0), planning.secrets).file().content(), "pw=hush;\\037;hush");
  EXPECT_EQ(ResolveSecrets(BodyAt(plan, 1), planning.secrets).file().content(), "x");
}

// One pass: what a secret says is not looked at again.
TEST(PlanTexts, ASecretThatLooksLikeAReferenceIsText) {
  provision::v1::StepBody body;
  body.mutable_file()->set_content(
      "<\x1e"
      "a\x1f>");
  EXPECT_EQ(ResolveSecrets(body, {{"a",
                                   "\x1e"
                                   "b\x1f"},
                                  {"b", "hush"}})
                .file()
                .content(),
            "<\x1e"
            "b\x1f>");
}

// A hostile host may report any text as a fact; a reference in it would bring it the secret.
TEST(PlanTexts, FactsCannotMakeReferences) {
  Planning planning(
      "variables {name: 'pw' type: SECRET} steps {id: 'a' file {path: '/a' content: '${facts.hostname} "
      "${facts.addresses[0]}'}}",
      {{"pw", "hush"}});
  planning.facts.set_hostname("\x1epw\x1f");
  planning.facts.set_addresses(0, "\x1epw\x1f");
  const StagePlan plan = planning.Plan();
  EXPECT_EQ(BodyAt(plan, 0).file().content(), "?pw? ?pw?");
  EXPECT_FALSE(plan.steps[0].step.has_secrets());
}

TEST(PlanTexts, TitlesArePrintable) {
  Planning planning("steps {id: 'a' title: 'on ${facts.hostname}' file {path: '/a'}}");
  planning.facts.set_hostname("\x1b[31mred");
  EXPECT_EQ(planning.Plan().steps[0].status.title(), "on \\x1b[31mred");
}

}  // namespace
}  // namespace pe
