// file_edit, authorized_key, repository_key.
#include "tests/conformance/steps/step_case.h"
#include "tests/conformance/steps/test_key.h"

namespace pe::agent {
namespace {

using provision::v1::FileEdit;
using provision::v1::StepBody;

const char kPath[] = "/conformance/settings";
const char kText[] = "# a comment\n[main]\ncolour = red\nsize=3\n\n[other]\ncolour = blue\n";

// A case of an edit of kText.
StepCase Edit(const std::string& name, std::function<void(FileEdit*)> fill, const std::string& text = kText) {
  return {.name = "file_edit_" + name,
          .body =
              [fill](World&) {
                StepBody body;
                body.mutable_file_edit()->set_path(kPath);
                fill(body.mutable_file_edit());
                return body;
              },
          .set_up =
              [text](World& world) {
                if (!text.empty()) world.Write(kPath, text, 0640);
              },
          .tamper = [](World& world) { world.Write(kPath, "somebody else's\n", 0640); },
          .watched = {"/conformance"}};
}

void Accounts(World& world) {
  if (world.host) return;
  world.Write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
  world.Write("/etc/group", "root:x:0:\n");
  world.MakeFolder("/root", 0700);
}

}  // namespace

std::vector<StepCase> EditCases() {
  std::vector<StepCase> cases = {
      Edit("line_added",
           [](FileEdit* edit) {
             edit->mutable_line()->set_line("weight=7");
             edit->mutable_line()->set_after("^size=");
           }),
      Edit("line_replaced",
           [](FileEdit* edit) {
             edit->mutable_line()->set_line("size=4");
             edit->mutable_line()->set_match("^size=");
           }),
      Edit("line_absent",
           [](FileEdit* edit) {
             edit->mutable_line()->set_match("^colour");
             edit->mutable_line()->set_state(provision::v1::ABSENT);
           }),
      Edit(
          "line_in_new_file",
          [](FileEdit* edit) {
            edit->mutable_line()->set_line("only");
            edit->set_create(true);
          },
          ""),
      Edit(
          "line_without_last_newline", [](FileEdit* edit) { edit->mutable_line()->set_line("b"); }, "a"),
      Edit("block",
           [](FileEdit* edit) {
             edit->mutable_block()->set_marker("ours");
             edit->mutable_block()->set_content("one\ntwo\n");
           }),
      Edit(
          "block_absent",
          [](FileEdit* edit) {
            edit->mutable_block()->set_marker("ours");
            edit->mutable_block()->set_state(provision::v1::ABSENT);
          },
          "a\n# BEGIN ours\nb\n# END ours\nc\n"),
      Edit("replace",
           [](FileEdit* edit) {
             edit->mutable_replace()->set_match("colour = (red|blue)");
             edit->mutable_replace()->set_replacement("color: \\1");
           }),
      Edit("ini",
           [](FileEdit* edit) {
             edit->mutable_ini()->set_section("other");
             edit->mutable_ini()->set_key("colour");
             edit->mutable_ini()->set_value("green");
           }),
      Edit("ini_new_section",
           [](FileEdit* edit) {
             edit->mutable_ini()->set_section("third");
             edit->mutable_ini()->set_key("k");
             edit->mutable_ini()->set_value("v");
           }),
      Edit("ini_absent",
           [](FileEdit* edit) {
             edit->mutable_ini()->set_section("main");
             edit->mutable_ini()->set_key("size");
             edit->mutable_ini()->set_state(provision::v1::ABSENT);
           }),
      Edit(
          "json",
          [](FileEdit* edit) {
            edit->mutable_json()->set_pointer("/log/level");
            edit->mutable_json()->set_value("\"debug\"");
          },
          "{\n  \"z\": 1,\n  \"a\": [1, 2]\n}\n"),
      Edit(
          "json_absent",
          [](FileEdit* edit) {
            edit->mutable_json()->set_pointer("/a");
            edit->mutable_json()->set_state(provision::v1::ABSENT);
          },
          "{\"z\":1,\"a\":[1,2]}"),
      {.name = "authorized_key",
       .body =
           [](World&) {
             StepBody body;
             body.mutable_authorized_key()->set_user("root");
             body.mutable_authorized_key()->set_key(
                 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIConformanceConformanceConformanceCon someone@example");
             body.mutable_authorized_key()->set_options("no-pty");
             return body;
           },
       .set_up = Accounts,
       .tamper =
           [](World& world) {
             std::string text = world.files.Read("/root/.ssh/authorized_keys", 1 << 20).value_or("");
             world.Write("/root/.ssh/authorized_keys", text + "ssh-ed25519 AAAATheirs them\n", 0600);
           },
       .watched = {"/root/.ssh"}},
      {.name = "repository_key",
       .body =
           [](World&) {
             StepBody body;
             body.mutable_repository_key()->set_name("conformance");
             body.mutable_repository_key()->set_content(kTestKey);
             body.mutable_repository_key()->set_fingerprint(kTestKeyFingerprint);
             return body;
           },
       .tamper = [](World& world) { world.Write("/etc/apt/keyrings/conformance.asc", "theirs\n"); },
       .watched = {"/etc/apt/keyrings"}},
  };
  return cases;
}

}  // namespace pe::agent
