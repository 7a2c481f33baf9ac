#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

std::vector<std::string> Problems(const std::string& spec) { return Lines(ValidateSpec(Spec(spec), "spec")); }

TEST(ValidateSpec, AWholeSpecIsFine) {
  EXPECT_THAT(Problems(R"(
    version: '1.2.0'
    variables {name: 'greeting' default: 'hello'}
    os {distribution: 'debian' release: 'bookworm'}
    libraries {name: 'nginx-light'} libraries {name: 'libssl3' version: '>=3.0'}
    security {patches: SECURITY}
    monitoring {node_exporter {listen: ':9100'} prometheus {resource: 'prom-1' register_in: '/etc/prometheus/targets'}}
    steps {id: 'page' file {path: '/var/www/html/index.html' content: '${vars.greeting} from ${facts.hostname}\n' mode: '0644'}}
    steps {id: 'web' unit {name: 'nginx.service' state: STARTED enabled: true} after: 'page' notify: 'reload'}
    handlers {id: 'reload' unit {name: 'nginx.service' state: RELOADED}}
    acceptance {http {url: 'http://localhost/' status: 200 contains: '${vars.greeting}'}})"),
              IsEmpty());
}

TEST(ValidateSpec, AllViolationsAtOnce) {
  const auto spec = Parse<provision::v1::ServiceSpec>(R"(
    libraries {name: '-rf'}
    variables {name: '1x'} variables {name: 'pw' type: SECRET default: 'x'} variables {name: 'n' type: INT default: 'x'} variables {name: 'n'}
    steps {id: 'a' when: '1'} steps {id: 'b' file {path: 'x'}})");
  EXPECT_THAT(Lines(ValidateSpec(spec, "spec")),
              ElementsAre("spec.name: is required", HasSubstr("spec.libraries[0].name: '-rf' is not a package name"),
                          HasSubstr("spec.variables[0].name: '1x' is not a variable name"),
                          HasSubstr("spec.variables[1].default: a secret has no default"),
                          "spec.variables[2].default: 'x' is not a whole number of 64 bits",
                          "spec.variables[3].name: 'n' is declared twice",
                          "spec.steps[0].when: yields int and must yield bool", HasSubstr("spec.steps[0]: has no kind"),
                          HasSubstr("spec.steps[1].file.path: 'x' is not an absolute path")));
}

TEST(ValidateSpec, Os) {
  EXPECT_THAT(Problems("os {}"), ElementsAre("spec.os.distribution: is required"));
  EXPECT_THAT(Problems("os {distribution: 'debian' image {}}"), ElementsAre("spec.os.image.release: is required"));
  EXPECT_THAT(Problems("os {distribution: 'fedora' release: '40' image {}}"), ElementsAre(HasSubstr("cannot be made")));
  EXPECT_THAT(Problems("os {distribution: 'debian' release: '12' image {root: '/x'}}"),
              ElementsAre(HasSubstr("comes from the target's address")));
  EXPECT_THAT(Problems("os {distribution: 'debian' release: '12' image {release: '11'}}"),
              ElementsAre(HasSubstr("are set in os")));
  EXPECT_THAT(Problems("os {distribution: 'debian' release: '${facts.os_version}'}"),
              ElementsAre("spec.os.release: is taken as it stands: `${...}` has no meaning here"));
}

TEST(ValidateSpec, Sizes) {
  auto spec = Spec("steps {id: 'a' file {path: '/a'}}");
  spec.mutable_steps(0)->mutable_file()->set_content(std::string(kMaxSpecBytes, 'x'));
  EXPECT_THAT(Lines(ValidateSpec(spec, "spec")), ElementsAre(HasSubstr("spec: is larger than 1 MiB")));
  spec = Spec("");
  for (int i = 0; i <= kMaxSteps; ++i) spec.add_steps()->set_id("s");
  EXPECT_THAT(Lines(ValidateSpec(spec, "spec")),
              ElementsAre(HasSubstr("spec.steps: more than 10000 steps and handlers (10001)")));
}

TEST(ValidateSpec, ManyViolationsAreCut) {
  auto spec = Spec("");
  for (int i = 0; i < kMaxSteps; ++i) spec.add_steps()->set_id("wrong id");
  const auto lines = Lines(ValidateSpec(spec, "spec"));
  EXPECT_EQ(lines.size(), 101u);
  EXPECT_THAT(lines.back(), MatchesRegex("spec.steps\\[[0-9]+\\].id: more than 100 violations; mend these first"));
}

TEST(ValidateSpec, UnknownEnumValues) {
  auto spec = Spec("steps {id: 'a' file {path: '/a'}}");
  spec.mutable_steps(0)->mutable_file()->set_state(static_cast<provision::v1::Presence>(17));
  spec.mutable_security()->set_patches(static_cast<provision::v1::SecurityPatches::Patches>(9));
  EXPECT_THAT(Lines(ValidateSpec(spec, "spec")),
              ElementsAre(HasSubstr("spec.security.patches: 9 is not a value of Patches"),
                          HasSubstr("spec.steps[0].file.state: 17 is not a value of Presence")));
}

}  // namespace
}  // namespace pe
