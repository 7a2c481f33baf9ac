#include "client/cli/spec_file/spec_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pe::cli {
namespace {

using provision::v1::ServiceSpec;
using provision::v1::Step;
using testing::HasSubstr;

SpecFile Parse(const std::string& text) { return ParseSpec({.name = "s.yaml", .text = text}); }

// Everything that is wrong with `text`, as it is printed off a terminal.
std::string Problems(const std::string& text) {
  const SpecFile file = Parse(text);
  return FormatProblems(file.document, file.problems, false);
}

ServiceSpec Good(const std::string& text) {
  const SpecFile file = Parse(text);
  EXPECT_EQ(FormatProblems(file.document, file.problems, false), "");
  return file.spec;
}

TEST(SpecFile, ReadsTheDesignsExample) {
  const ServiceSpec spec = Good(R"(
name: hello-web
version: 1.2.0
variables: [{name: greeting, type: STRING, default: hello}]
os: {distribution: debian, release: bookworm}
libraries: [{name: nginx-light}, {name: libssl3, version: ">=3.0"}]
security: {patches: SECURITY, reboot: IF_REQUIRED}
monitoring: {nodeExporter: {listen: ":9100"}, prometheus: {resource: prom-1, registerIn: /etc/prometheus/targets}}
steps:
  - {id: page, file: {path: /var/www/html/index.html, content: "${vars.greeting} from ${facts.hostname}\n", mode: "0644"}}
  - {id: web, unit: {name: nginx.service, state: STARTED, enabled: true}, after: [page]}
acceptance: [{http: {url: "http://localhost/", status: 200, contains: "${vars.greeting}"}}]
)");
  EXPECT_EQ(spec.name(), "hello-web");
  EXPECT_EQ(spec.version(), "1.2.0");
  EXPECT_EQ(spec.variables(0).default_(), "hello");
  EXPECT_EQ(spec.libraries(1).version(), ">=3.0");
  EXPECT_EQ(spec.security().reboot(), provision::v1::Security::IF_REQUIRED);
  EXPECT_EQ(spec.monitoring().prometheus().register_in(), "/etc/prometheus/targets");
  EXPECT_EQ(spec.steps(0).file().content(), "${vars.greeting} from ${facts.hostname}\n");
  EXPECT_TRUE(spec.steps(1).unit().enabled());
  EXPECT_EQ(spec.steps(1).after(0), "page");
  EXPECT_EQ(spec.acceptance(0).http().status(), 200);
}

TEST(SpecFile, ReadsJson) {
  const ServiceSpec spec =
      Good("{\"name\": \"x\", \"steps\": [{\"id\": \"a\", \"timeout\": \"1.5s\", \"exec\": {\"argv\": [\"true\"]}}]}");
  EXPECT_EQ(spec.steps(0).timeout().seconds(), 1);
  EXPECT_EQ(spec.steps(0).timeout().nanos(), 500'000'000);
  EXPECT_EQ(spec.steps(0).exec().argv(0), "true");
}

TEST(SpecFile, TakesBothSpellingsOfAName) {
  EXPECT_EQ(Good("steps: [{id: a, for_each: x}]").steps(0).for_each(), "x");
  EXPECT_EQ(Good("steps: [{id: a, forEach: x}]").steps(0).for_each(), "x");
}

TEST(SpecFile, TextFieldsKeepWhatWasWritten) {
  const ServiceSpec spec = Good("version: 1.10\nsteps: [{id: a, file: {path: /x, mode: 0644, content: yes}}]");
  EXPECT_EQ(spec.version(), "1.10");
  EXPECT_EQ(spec.steps(0).file().mode(), "0644");
  EXPECT_EQ(spec.steps(0).file().content(), "yes");
}

TEST(SpecFile, ReadsBytesAndNumbers) {
  const ServiceSpec spec = Good(R"(
steps:
  - {id: a, file: {path: /x, data: aGk=}, retry: {attempts: 3, multiplier: 1.5}}
  - {id: b, user: {name: u, uid: "5000000000"}}
  - {id: c, unit: {name: x.service, state: 1}}
)");
  EXPECT_EQ(spec.steps(0).file().data(), "hi");
  EXPECT_EQ(spec.steps(0).retry().attempts(), 3);
  EXPECT_EQ(spec.steps(0).retry().multiplier(), 1.5);
  EXPECT_EQ(spec.steps(1).user().uid(), 5'000'000'000);
  EXPECT_EQ(spec.steps(2).unit().state(), provision::v1::Unit::STARTED);
}

TEST(SpecFile, AliasesAreWhatTheyName) {
  const ServiceSpec spec = Good("steps:\n- &s {id: a, exec: {argv: [x]}}\n- *s\n");
  EXPECT_EQ(spec.steps(1).exec().argv(0), "x");
}

TEST(SpecFile, SaysEverythingAtOnceWithLineAndColumn) {
  EXPECT_EQ(
      Problems(R"(name: x
nmae: y
steps:
  - id: page
    fil: {path: /a}
  - id: web
    unit: {name: w.service, state: started, enabled: yes}
    timeout: 5m
    after: page
  - just text
)"),
      "s.yaml:2:1: unknown field \"nmae\"; did you mean \"name\"?\n"
      "s.yaml:5:5: steps[0]: unknown field \"fil\"; did you mean \"file\"?\n"
      "s.yaml:7:36: steps[1].unit.state: expected one of STARTED, STOPPED, RESTARTED, RELOADED, found \"started\"; "
      "did you mean STARTED?\n"
      "s.yaml:7:54: steps[1].unit.enabled: expected true or false, found \"yes\"; write true\n"
      "s.yaml:8:14: steps[1].timeout: expected a duration, found \"5m\"; write \"300s\"\n"
      "s.yaml:9:12: steps[1].after: expected a list, found \"page\"; write [page]\n"
      "s.yaml:10:5: steps[2]: expected a map, found \"just text\"; its fields are id, title, after, parallel, when, "
      "forEach, "
      "timeout, retry, notify, onFailure, on, osImage, repository, repositoryKey, package, securityPatches, file, "
      "directory, "
      "symlink, fileEdit, download, user, group, authorizedKey, unit, sysctl, hostname, exec, probe, monitoring, "
      "reboot\n");
}

TEST(SpecFile, ShowsTheLineWithACaret) {
  const SpecFile file = Parse("name: x\nsteps:\n  - {id: ü, fil: 1}\n");
  EXPECT_EQ(FormatProblems(file.document, file.problems, true),
            "s.yaml:3:14: steps[0]: unknown field \"fil\"; did you mean \"file\"?\n"
            "     3 |   - {id: ü, fil: 1}\n"
            "       |             ^\n");
}

TEST(SpecFile, RefusesWhatIsSaidTwice) {
  EXPECT_EQ(Problems("name: x\nname: y\n"), "s.yaml:2:1: name: is given twice; the first one is on line 1\n");
  EXPECT_EQ(Problems("steps: [{for_each: x,\n forEach: y}]\n"),
            "s.yaml:2:2: steps[0].for_each: is given twice; the first one is on line 1\n");
  EXPECT_EQ(Problems("steps:\n- file: {path: /a}\n  exec: {argv: [x]}\n"),
            "s.yaml:3:3: steps[0].exec: only one of \"file\" and \"exec\" may be given\n");
}

TEST(SpecFile, ChecksRangesAndForms) {
  EXPECT_THAT(Problems("steps: [{retry: {attempts: 3000000000}}]"),
              HasSubstr("3000000000 is out of range; it must be from -2147483648 to 2147483647"));
  EXPECT_THAT(Problems("steps: [{retry: {attempts: many}}]"), HasSubstr("expected a whole number, found \"many\""));
  EXPECT_THAT(Problems("steps: [{retry: {attempts: 1.5}}]"), HasSubstr("expected a whole number, found \"1.5\""));
  EXPECT_THAT(Problems("steps: [{file: {data: '%%'}}]"), HasSubstr("expected base64"));
  EXPECT_THAT(Problems("steps: [{timeout: 30}]"), HasSubstr("write \"30s\" for seconds"));
  EXPECT_THAT(Problems("steps: [{timeout: soon}]"), HasSubstr("a number of seconds such as"));
  EXPECT_THAT(Problems("name: [x]"), HasSubstr("expected a single value, found a list"));
  EXPECT_THAT(Problems("libraries: [nginx]"), HasSubstr("expected a map, found \"nginx\"; write {name: nginx}"));
  EXPECT_THAT(Problems("steps: [{after: [a, ~]}]"), HasSubstr("steps[0].after[1]: is empty"));
  EXPECT_THAT(Problems("steps: [{unit: {enabled: 'true'}}]"),
              HasSubstr("expected true or false, found text \"true\"; write true"));
}

TEST(SpecFile, NothingIsTheDefaultExceptForAKind) {
  EXPECT_EQ(Good("name: x\nsteps:\nversion: ~\n").steps_size(), 0);
  EXPECT_EQ(Problems("steps:\n- id: a\n  securityPatches:\n"),
            "s.yaml:3:3: steps[0].security_patches: has no value; write {} to take every default\n");
  EXPECT_TRUE(Good("steps:\n- id: a\n  securityPatches: {}\n").steps(0).has_security_patches());
}

TEST(SpecFile, RefusesWhatIsNotOneDocument) {
  EXPECT_EQ(Problems(""), "s.yaml: the file is empty\n");
  EXPECT_EQ(Problems("# only a comment\n"), "s.yaml: the file is empty\n");
  EXPECT_THAT(Problems("name: x\n---\nname: y\n"), HasSubstr("several documents"));
  EXPECT_THAT(Problems("- name: x\n"), HasSubstr("s.yaml:1:1: expected a map, found a list"));
  EXPECT_THAT(Problems("name: \"x\nversion: 1"), HasSubstr("not valid YAML"));
  EXPECT_THAT(Problems("name: x\n\tversion: 1"), HasSubstr("s.yaml:2:"));
}

TEST(SpecFile, RefusesTagsMergeKeysAndUnknownAliases) {
  EXPECT_THAT(Problems("name: !!python/object x"), HasSubstr("tags are not supported"));
  EXPECT_THAT(Problems("steps:\n- &a {id: x}\n- {<<: *a}\n"), HasSubstr("merge keys"));
  EXPECT_THAT(Problems("name: *nothing"), HasSubstr("not valid YAML"));
  EXPECT_EQ(Good("name: !!str 12").name(), "12");
}

TEST(SpecFile, RefusesWhatIsNotText) {
  EXPECT_EQ(Problems("name: x\nversion: \xff\n"), "s.yaml:2:10: this is not UTF-8 text; save the file as UTF-8\n");
  EXPECT_EQ(Problems("name: \xed\xa0\x80"), "s.yaml:1:7: this is not UTF-8 text; save the file as UTF-8\n");
  EXPECT_EQ(Problems(std::string("name: a\0b", 9)), "s.yaml:1:8: this is not UTF-8 text; save the file as UTF-8\n");
}

TEST(SpecFile, EscapesWhatItRepeats) {
  EXPECT_THAT(Problems("\"na\\e[31mme\": x"), HasSubstr("\\x1b[31m"));
  EXPECT_THAT(Problems("\"na\\e[31mme\": x"), testing::Not(HasSubstr("\x1b")));
}

TEST(SpecFile, GivesTheEnginesViolationsAPlace) {
  const SpecFile file = Parse("name: x\nsteps:\n  - id: a\n    file:\n      mode: '9'\n");
  EXPECT_EQ(WithPlace(file, "spec.steps[0].file.mode", "bad").at, (Position{5, 13}));
  EXPECT_EQ(WithPlace(file, "spec.steps[0].file.path", "is required").at, (Position{4, 5}));
  EXPECT_EQ(WithPlace(file, "spec.steps[0].file.path", "is required").field, "steps[0].file.path");
  EXPECT_EQ(WithPlace(file, "spec.acceptance", "x").at, (Position{}));
}

}  // namespace
}  // namespace pe::cli
