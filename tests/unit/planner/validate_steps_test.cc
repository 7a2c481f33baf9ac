#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Problems(const std::string& spec) { return Lines(ValidateSpec(Spec(spec), "spec")); }

TEST(ValidateSteps, References) {
  EXPECT_THAT(Problems("steps {id: 'page' file {path: '/a'}} steps {id: 'web' after: 'pag' file {path: '/a'}}"),
              ElementsAre("spec.steps[1].after[0]: there is no step 'pag'; did you mean 'page'?"));
  EXPECT_THAT(Problems("steps {id: 'a' notify: 'relod' file {path: '/a'}} handlers {id: 'reload' exec {argv: 'x'}}"),
              ElementsAre("spec.steps[0].notify[0]: there is no handler 'relod'; did you mean 'reload'?"));
  EXPECT_THAT(Problems("steps {id: 'a' notify: 'a' file {path: '/a'}}"),
              ElementsAre(HasSubstr("'a' is a step; what is notified stands under handlers")));
  EXPECT_THAT(Problems("steps {id: 'a' after: 'h' file {path: '/a'}} handlers {id: 'h' exec {argv: 'x'}}"),
              ElementsAre(HasSubstr("'h' is a handler")));
  EXPECT_THAT(Problems("steps {id: 'a' file {path: '/a'}} handlers {id: 'a' exec {argv: 'x'}}"),
              ElementsAre("spec.handlers[0].id: 'a' is used twice; an id is unique among steps and handlers"));
}

TEST(ValidateSteps, CyclesAreNamed) {
  EXPECT_THAT(Problems("steps {id: 'a' after: 'b' file {path: '/a'}} steps {id: 'b' after: 'a' file {path: '/a'}}"),
              ElementsAre("spec.steps[0].after: a cycle, in which each comes after the next: a -> b -> a"));
  EXPECT_THAT(Problems("steps {id: 'a' after: 'b' file {path: '/a'}} steps {id: 'b' file {path: '/a'}}"),
              ElementsAre("spec.steps[0].after: a cycle, in which each comes after the next: a -> b -> a; a step "
                          "without `after` comes after the one "
                          "before it in the document, unless it is parallel"));
}

TEST(ValidateSteps, Envelope) {
  EXPECT_THAT(Problems("steps {id: 'a.b' file {path: '/a'}}"),
              ElementsAre(HasSubstr("spec.steps[0].id: 'a.b' is not a step id")));
  EXPECT_THAT(Problems("steps {file {path: '/a'}}"), ElementsAre("spec.steps[0].id: is required"));
  EXPECT_THAT(Problems("steps {id: 'a' timeout {} file {path: '/a'}}"),
              ElementsAre(HasSubstr("spec.steps[0].timeout: is not more than 0")));
  EXPECT_THAT(Problems("steps {id: 'a' timeout {seconds: 9223372036854775807} file {path: '/a'}}"),
              ElementsAre(HasSubstr("at most 86400 s")));
  EXPECT_THAT(Problems("steps {id: 'a' timeout {seconds: -1} file {path: '/a'}}"), ElementsAre(HasSubstr("timeout")));
  EXPECT_THAT(
      Problems("steps {id: 'a' retry {attempts: 11 multiplier: 0.5 backoff {seconds: -1}} file {path: '/a'}}"),
      ElementsAre("spec.steps[0].retry.attempts: 11 is not between 0 and 10",
                  "spec.steps[0].retry.multiplier: is not between 1 and 10", HasSubstr("spec.steps[0].retry.backoff")));
  EXPECT_THAT(Problems("steps {id: 'a' retry {multiplier: nan} file {path: '/a'}}"),
              ElementsAre(HasSubstr("multiplier")));
  EXPECT_THAT(Problems("steps {id: 'a' on_failure: ROLLBACK file {path: '/a'}}"), ElementsAre());
  EXPECT_THAT(Problems("steps {id: 'a' title: 'x\\ny' file {path: '/a'}}"),
              ElementsAre(HasSubstr("spec.steps[0].title")));
  EXPECT_THAT(Problems("steps {id: 'a' for_each: \"'x'\" file {path: '/a'}}"),
              ElementsAre("spec.steps[0].for_each: yields string and must yield list"));
}

TEST(ValidateSteps, Places) {
  EXPECT_THAT(
      Problems("steps {id: 'a' on: 'resources/db-1' file {path: '/a'}} steps {id: 'b' on: 'db-1' file {path: '/a'}}"),
      IsEmpty());
  EXPECT_THAT(Problems("steps {id: 'a' on: 'ssh://db' file {path: '/a'}}"),
              ElementsAre(HasSubstr("is not a resource id")));
  EXPECT_THAT(Problems("steps {id: 'a' on: '${vars.x}' file {path: '/a'}}"),
              ElementsAre(HasSubstr("is taken as it stands"), HasSubstr("is not a resource id")));
  EXPECT_THAT(Problems("steps {id: 'a' on: 'db-1' os_image {distribution: 'debian' release: 'bookworm'}}"),
              ElementsAre(HasSubstr("for the target itself")));
  EXPECT_THAT(Problems("steps {id: 'a' os_image {distribution: 'debian' release: 'bookworm' root: '/x'}}"),
              ElementsAre(HasSubstr("os_image.root")));
}

TEST(ValidateSteps, HandlersHaveNoEdgesOfTheirOwn) {
  EXPECT_THAT(Problems("steps {id: 'a' notify: 'h' file {path: '/a'}} "
                       "handlers {id: 'h' after: 'a' on: 'x-1' for_each: '[]' notify: 'h' exec {argv: 'x'}}"),
              ElementsAre(HasSubstr("in which they are declared"), HasSubstr("where the step that notifies it runs"),
                          HasSubstr("declare several"), HasSubstr("notifies no other one")));
}

}  // namespace
}  // namespace pe
