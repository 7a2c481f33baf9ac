#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Problems(const std::string& spec) { return Lines(ValidateSpec(Spec(spec), "spec")); }

TEST(ValidateTexts, UndefinedNamesWithWhatWasMeant) {
  EXPECT_THAT(
      Problems(
          "variables {name: 'greeting' default: 'x'} steps {id: 'a' file {path: '/a' content: 'x\\n${vars.greting}'}}"),
      ElementsAre(
          "spec.steps[0].file.content: line 2, column 3: `vars.greting` is not known; did you mean `vars.greeting`? "
          "(a literal `${` is written `$${`)"));
  EXPECT_THAT(Problems("steps {id: 'a' when: 'facts.os_iid == \"debian\"' file {path: '/a'}}"),
              ElementsAre("spec.steps[0].when: column 1: `facts.os_iid` is not known; did you mean `facts.os_id`?"));
  EXPECT_THAT(Problems("libraries {name: '${vars.x}'}"),
              ElementsAre(HasSubstr("spec.libraries[0].name: column 3: `vars.x` is not known")));
}

TEST(ValidateTexts, EveryFactHasANameAndAType) {
  EXPECT_THAT(Problems("steps {id: 'a' when: 'facts.hostname + facts.os_id + facts.os_version + facts.os_codename + "
                       "facts.os_name + facts.architecture + facts.kernel"
                       " + facts.package_manager + facts.addresses[0] != \"\" && facts.cpus > 1 && facts.memory_bytes "
                       "> facts.root_free_bytes && facts.has_os"
                       " && \"INIT\" in facts.capabilities && size(facts.reboot_required_by) == 0' file {path: '/a'}}"),
              IsEmpty());
}

TEST(ValidateTexts, ItemIsKnownInsideForEachOnly) {
  EXPECT_THAT(Problems("steps {id: 'a' for_each: '[\"x\"]' title: '${item}' file {path: '/a/${item}'}}"), IsEmpty());
  EXPECT_THAT(Problems("steps {id: 'a' file {path: '/a/${item}'}}"), ElementsAre(HasSubstr("`item` is not known")));
  EXPECT_THAT(Problems("steps {id: 'a' for_each: '[item]' file {path: '/a'}}"),
              ElementsAre(HasSubstr("`item` is not known")));
}

// `when` decides for each element, so it may look at it.
TEST(ValidateTexts, WhenMaySeeTheItem) {
  EXPECT_THAT(Problems("steps {id: 'a' for_each: '[\"x\"]' when: 'item != \"y\"' file {path: '/a/${item}'}}"),
              IsEmpty());
}

TEST(ValidateTexts, SecretsOnlyWhereNobodySeesThem) {
  const std::string declared = "variables {name: 'pw' type: SECRET} ";
  EXPECT_THAT(
      Problems(declared +
               "steps {id: 'a' file {path: '/a' content: 'x=${vars.pw}'}}"
               "steps {id: 'b' exec {argv: 'x' stdin: '${vars.pw}' environment {name: 'A' value: '${vars.pw}'}}}"
               "steps {id: 'c' user {name: 'u' password_hash: '${vars.pw}'}}"
               "steps {id: 'd' probe {http {url: 'http://h/' headers: 'Authorization: Bearer ${vars.pw}'}}}"
               "steps {id: 'e' file_edit {path: '/a' line {line: 'pw=${vars.pw}' match: '^pw='}}}"),
      IsEmpty());
  for (const char* step :
       {"exec {argv: ['x', '${vars.pw}']}", "exec {command: 'x ${vars.pw}' shell: true}", "file {path: '/${vars.pw}'}",
        "unit {name: 'a.service' content: '${vars.pw}'}", "sysctl {key: 'a.b' value: '${vars.pw}'}",
        "download {url: 'http://a/${vars.pw}' sha256: "
        "'0000000000000000000000000000000000000000000000000000000000000000' path: '/a'}",
        "package {packages {name: '${vars.pw}'}}"}) {
    EXPECT_THAT(Problems(declared + "steps {id: 'a' " + step + "}"),
                ElementsAre(HasSubstr("uses a secret where it would be seen")))
        << step;
  }
  EXPECT_THAT(Problems(declared + "steps {id: 'a' title: '${vars.pw}' file {path: '/a'}}"),
              ElementsAre(HasSubstr("where it would be seen")));
  EXPECT_THAT(Problems(declared + "steps {id: 'a' when: 'vars.pw == \"x\"' file {path: '/a'}}"),
              ElementsAre(HasSubstr("may not depend on one")));
  EXPECT_THAT(Problems(declared + "steps {id: 'a' for_each: '[vars.pw]' file {path: '/a'}}"),
              ElementsAre(HasSubstr("may not depend on one")));
  EXPECT_THAT(Problems(declared + "steps {id: 'a' file {path: '/a' content: '${upper(vars.pw)}'}}"),
              ElementsAre(HasSubstr("computes with a secret")));
}

TEST(ValidateTexts, ReferencesCannotBeBroughtIn) {
  EXPECT_THAT(Problems("variables {name: 'pw' type: SECRET} steps {id: 'a' exec {argv: ['x', '\\036pw\\037']}}"),
              ElementsAre(HasSubstr("spec.steps[0].exec.argv[1]: has a control character (\\x1e or \\x1f)")));
  EXPECT_THAT(Problems("variables {name: 'x' default: '\\036pw\\037'}"), testing::SizeIs(testing::Ge(1u)));
  EXPECT_THAT(Problems("steps {id: 'a' for_each: '[\"\\036pw\\037\"]' exec {argv: ['x', '${item}']}}"),
              ElementsAre(HasSubstr("for_each: has a control character")));
}

// Texts that are open are judged when their values are there.
TEST(ValidateTexts, OpenTextsAreNotJudgedYet) {
  EXPECT_THAT(Problems("variables {name: 'p' default: 'x'} steps {id: 'a' file {path: '${vars.p}' mode: '${vars.p}'}} "
                       "steps {id: 'b' unit {name: '${vars.p}'}}"),
              IsEmpty());
}

}  // namespace
}  // namespace pe
