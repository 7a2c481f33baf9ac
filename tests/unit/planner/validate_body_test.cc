#include "server/engine/validate_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Problems(const std::string& body) {
  return Lines(ValidateBody(Parse<provision::v1::StepBody>(body), "s"));
}

TEST(ValidateBody, GoodBodiesOfEveryKind) {
  const std::string key = "ssh-ed25519 " + std::string(68, 'A');
  const std::vector<std::string> good = {
      "os_image {distribution: 'debian' release: 'bookworm' sources: 'deb http://a bookworm main' include: "
      "'systemd-sysv' root: '/srv/x'}",
      "repository {name: 'x' uris: 'https://a/b' suites: 'bookworm' components: 'main' signed_by: "
      "'/etc/apt/keyrings/x.asc'}",
      "repository_key {name: 'x' content: '-----BEGIN PGP PUBLIC KEY BLOCK-----\\n-----END PGP PUBLIC KEY BLOCK-----'}",
      "package {packages {name: 'nginx-light'} packages {name: 'libssl3' version: '>=3.0' hold: true}}",
      "package {packages {name: 'nginx'} state: LATEST cache_max_age_ms: 3600000}",
      "security_patches {patches: SECURITY cves: 'CVE-2024-3094'}",
      "file {path: '/etc/x' content: 'a' mode: '0644' owner: 'root' group: '0' validate: ['nginx', '-t', '-c', '%s']}",
      "file {path: '/etc/x' data: '\\000\\001'}",
      "directory {path: '/srv/x' state: ABSENT recurse: true}",
      "symlink {path: '/a' target: '../b'}",
      "file_edit {path: '/a' line {line: 'x=1' match: '^x='}}",
      "file_edit {path: '/a' line {match: '^x=' state: ABSENT}}",
      "file_edit {path: '/a' json {pointer: '/log/level' value: '\"info\"'} create: true}",
      "file_edit {path: '/a' ini {section: 'main' key: 'x' value: '1'}}",
      "download {url: 'https://a/b' sha256: '" + std::string(64, '0') + "' path: '/a'}",
      "user {name: 'deploy' uid: 1000 groups: ['sudo', 'adm'] home: '/home/d' shell: '/bin/bash' password_hash: "
      "'$6$a$b'}",
      "group {name: 'deploy' gid: 1000}",
      "authorized_key {user: 'deploy' key: '" + key + "' options: 'no-pty'}",
      "unit {name: 'nginx.service' state: STARTED enabled: true drop_ins {name: 'a.conf' content: '[Service]'}}",
      "sysctl {key: 'net.ipv4.ip_forward' value: '1'}",
      "hostname {name: 'web-1'}",
      "exec {argv: ['systemctl', 'daemon-reload'] creates: '/a' success_codes: [0, 2]}",
      "exec {command: 'a | b' shell: true}",
      "exec {argv: 'x' changed: OUTPUT changed_pattern: 'changed'}",
      "probe {http {url: 'http://localhost/' status: 200 contains: 'x' headers: 'Host: a'}}",
      "probe {tcp {port: 80}}",
      "monitoring {node_exporter {listen: ':9100'} prometheus {resource: 'prom-1' register_in: "
      "'/etc/prometheus/targets' labels: 'env=prod'}}",
  };
  for (const std::string& body : good) EXPECT_THAT(Problems(body), IsEmpty()) << body;
}

TEST(ValidateBody, BadBodiesSayWhatIsWrong) {
  EXPECT_THAT(Problems(""), ElementsAre("s: has no kind; set one of file, package, unit, exec ..."));
  EXPECT_THAT(Problems("file {}"), ElementsAre("s.file.path: is required"));
  EXPECT_THAT(Problems("file {path: '/etc/../shadow' mode: 'rw'}"),
              ElementsAre("s.file.path: '/etc/../shadow' is not a plain path: no empty parts, no '.' and no '..'",
                          "s.file.mode: 'rw' is not a mode: three or four octal digits, for example \"0644\""));
  EXPECT_THAT(Problems("file {path: '/a' state: ABSENT content: 'x'}"),
              ElementsAre(HasSubstr("s.file.state: ABSENT removes")));
  EXPECT_THAT(Problems("file {path: '/a' content: 'x' validate: ['visudo', '-c']}"),
              ElementsAre(HasSubstr("has no %s")));
  EXPECT_THAT(Problems("package {packages {name: '-rf'}}"),
              ElementsAre(HasSubstr("s.package.packages[0].name: '-rf' is not a package name")));
  EXPECT_THAT(Problems("package {packages {name: 'ab'} packages {name: 'ab'}}"),
              ElementsAre("s.package.packages[1].name: 'ab' is named twice"));
  EXPECT_THAT(Problems("package {packages {name: 'ab' version: '1'} state: REMOVED}"),
              ElementsAre(HasSubstr("only with state INSTALLED")));
  EXPECT_THAT(Problems("directory {path: '/etc' state: ABSENT recurse: true}"),
              ElementsAre(HasSubstr("top-level directory")));
  EXPECT_THAT(Problems("directory {path: '/' state: ABSENT}"), ElementsAre(HasSubstr("'/' cannot be removed")));
  EXPECT_THAT(Problems("directory {path: '/a' recurse: true}"), ElementsAre(HasSubstr("only with state ABSENT")));
  EXPECT_THAT(Problems("file_edit {path: '/a'}"), ElementsAre(HasSubstr("has no change")));
  EXPECT_THAT(Problems("file_edit {path: '/a' line {line: 'a\\nb'}}"), ElementsAre(HasSubstr("line break")));
  EXPECT_THAT(Problems("file_edit {path: '/a' json {pointer: '/a' value: 'info'}}"),
              ElementsAre(HasSubstr("is not JSON; a text is written with its quotes")));
  EXPECT_THAT(Problems("download {url: 'https://a/b' path: '/a'}"), ElementsAre("s.download.sha256: is required"));
  EXPECT_THAT(Problems("user {name: 'root' state: ABSENT}"), ElementsAre(HasSubstr("cannot be removed")));
  EXPECT_THAT(Problems("user {name: 'a' comment: 'a:b'}"), ElementsAre(HasSubstr("/etc/passwd cannot hold")));
  EXPECT_THAT(Problems("unit {name: 'nginx'}"), ElementsAre(HasSubstr("is not a unit name with its suffix")));
  EXPECT_THAT(Problems("unit {name: 'a.service' enabled: true enablement: MASKED}"),
              ElementsAre(HasSubstr("set one of them")));
  EXPECT_THAT(Problems("unit {name: 'a.service' state: STARTED enablement: MASKED}"),
              ElementsAre(HasSubstr("cannot be started")));
  EXPECT_THAT(Problems("probe {http {url: 'https://localhost/'}}"),
              ElementsAre(HasSubstr("the agent speaks plain http only")));
  EXPECT_THAT(Problems("probe {tcp {}}"), ElementsAre("s.probe.tcp.port: 0 is not between 1 and 65535"));
  EXPECT_THAT(Problems("probe {}"), ElementsAre(HasSubstr("has no condition")));
  EXPECT_THAT(Problems("monitoring {}"), ElementsAre(HasSubstr("is empty")));
  EXPECT_THAT(Problems("os_image {distribution: 'arch' release: 'x'}"),
              ElementsAre(HasSubstr("'arch' cannot be made")));
  EXPECT_THAT(Problems("hostname {name: 'a_b'}"), ElementsAre(HasSubstr("RFC 1123")));
}

TEST(ValidateBody, ExecNeedsExactlyOneOfArgvAndCommand) {
  EXPECT_THAT(Problems("exec {}"),
              ElementsAre("s.exec: needs argv (program and arguments), or command with shell: true"));
  EXPECT_THAT(Problems("exec {argv: 'a' command: 'b' shell: true}"), ElementsAre(HasSubstr("set one of them")));
  EXPECT_THAT(Problems("exec {command: 'b'}"), ElementsAre(HasSubstr("needs shell: true")));
  EXPECT_THAT(Problems("exec {argv: 'a' shell: true}"), ElementsAre(HasSubstr("only with command")));
  EXPECT_THAT(Problems("exec {argv: 'a b'}"), ElementsAre(HasSubstr("Arguments are elements of their own")));
  EXPECT_THAT(Problems("exec {argv: ''}"), Contains("s.exec.argv[0]: the program is empty"));
  EXPECT_THAT(Problems("exec {argv: 'a' changed: OUTPUT}"), ElementsAre("s.exec.changed_pattern: is required"));
  EXPECT_THAT(Problems("exec {argv: 'a' changed: EXIT_CODE}"), ElementsAre(HasSubstr("not between 1 and 255")));
  EXPECT_THAT(Problems("exec {argv: 'a' environment {name: 'A=B' value: 'c'}}"),
              ElementsAre(HasSubstr("environment[0].name")));
}

}  // namespace
}  // namespace pe
