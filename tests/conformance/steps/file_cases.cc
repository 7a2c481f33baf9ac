// file, directory, symlink, download.
#include "tests/conformance/steps/step_case.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;

StepBody File(const std::string& path, const std::string& content, const std::string& mode = "") {
  StepBody body;
  body.mutable_file()->set_path(path);
  body.mutable_file()->set_content(content);
  body.mutable_file()->set_mode(mode);
  return body;
}

StepBody AbsentFile(const std::string& path) {
  StepBody body;
  body.mutable_file()->set_path(path);
  body.mutable_file()->set_state(provision::v1::ABSENT);
  return body;
}

StepBody Directory(const std::string& path, const std::string& mode) {
  StepBody body;
  body.mutable_directory()->set_path(path);
  body.mutable_directory()->set_mode(mode);
  return body;
}

StepBody AbsentDirectory(const std::string& path, bool recurse) {
  StepBody body;
  body.mutable_directory()->set_path(path);
  body.mutable_directory()->set_state(provision::v1::ABSENT);
  body.mutable_directory()->set_recurse(recurse);
  return body;
}

StepBody Link(const std::string& path, const std::string& target, bool force = false) {
  StepBody body;
  body.mutable_symlink()->set_path(path);
  body.mutable_symlink()->set_target(target);
  body.mutable_symlink()->set_force(force);
  return body;
}

void MakeLink(World& world, const std::string& path, const std::string& target) {
  world.files.MakeLink(path, target).IgnoreError();
}

const char kPath[] = "/conformance/thing";

}  // namespace

std::vector<StepCase> FileCases() {
  const auto tamper = [](World& world) { world.Write(kPath, "somebody else's\n"); };
  const auto old_file = [](World& world) { world.Write(kPath, "old\n", 0640); };
  std::vector<StepCase> cases = {
      {.name = "file_new", .body = [](World&) { return File(kPath, "new\n", "0600"); }, .tamper = tamper},
      {.name = "file_replaced",
       .body = [](World&) { return File(kPath, "new\n"); },
       .set_up = old_file,
       .tamper = tamper},
      {.name = "file_mode",
       .body = [](World&) { return File(kPath, "old\n", "4755"); },
       .set_up = old_file,
       .tamper = [](World& world) { world.Write(kPath, "old\n", 0600); }},
      {.name = "file_owner",
       .body =
           [](World&) {
             StepBody body = File(kPath, "old\n");
             body.mutable_file()->set_owner("12345");
             return body;
           },
       .set_up = old_file,
       .tamper = tamper},
      {.name = "file_absent", .body = [](World&) { return AbsentFile(kPath); }, .set_up = old_file, .tamper = tamper},
      {.name = "file_instead_of_link",
       .body = [](World&) { return File(kPath, "new\n"); },
       .set_up = [](World& world) { MakeLink(world, kPath, "nowhere"); },
       .tamper = tamper},
      {.name = "file_validated",
       .body =
           [](World&) {
             StepBody body = File(kPath, "new\n");
             for (const char* word : {"grep", "-q", "new", "%s"}) body.mutable_file()->add_validate(word);
             return body;
           },
       .set_up = old_file,
       .tamper = tamper},
      {.name = "file_binary",
       .body =
           [](World&) {
             StepBody body;
             body.mutable_file()->set_path(kPath);
             body.mutable_file()->set_data(std::string("\0\xff\n\r=%", 6));
             return body;
           },
       .set_up = old_file,
       .tamper = tamper},
      {.name = "file_as_it_is",
       .body =
           [](World&) {
             StepBody body;
             body.mutable_file()->set_path(kPath);
             return body;
           },
       .set_up = old_file,
       .changes = false},
      {.name = "directory_new",
       .body = [](World&) { return Directory("/conformance/a/b/c", "0750"); },
       .tamper = [](World& world) { world.Write("/conformance/a/b/c/theirs", "x"); }},
      {.name = "directory_mode",
       .body = [](World&) { return Directory(kPath, "2775"); },
       .set_up = [](World& world) { world.MakeFolder(kPath, 0700); },
       .tamper = [](World& world) { world.files.SetAttributes(kPath, {.mode = 0711}).IgnoreError(); }},
      {.name = "directory_absent",
       .body = [](World&) { return AbsentDirectory(kPath, false); },
       .set_up = [](World& world) { world.MakeFolder(kPath, 0711); },
       .tamper = tamper},
      {.name = "directory_absent_with_content",
       .body = [](World&) { return AbsentDirectory(kPath, true); },
       .set_up = [](World& world) { world.Write("/conformance/thing/below/file", "x"); },
       .undoable = false},
      {.name = "symlink_new",
       .body = [](World&) { return Link(kPath, "/etc/hostname"); },
       .tamper = [](World& world) { MakeLink(world, kPath, "/elsewhere"); }},
      {.name = "symlink_changed",
       .body = [](World&) { return Link(kPath, "new target"); },
       .set_up = [](World& world) { MakeLink(world, kPath, "old target"); },
       .tamper = tamper},
      {.name = "symlink_instead_of_file",
       .body = [](World&) { return Link(kPath, "x", true); },
       .set_up = old_file,
       .tamper = tamper},
      {.name = "symlink_absent",
       .body =
           [](World&) {
             StepBody body = Link(kPath, "");
             body.mutable_symlink()->set_state(provision::v1::ABSENT);
             return body;
           },
       .set_up = [](World& world) { MakeLink(world, kPath, "old target"); },
       .tamper = tamper},
      {.name = "download",
       .body =
           [](World& world) {
             const std::string content(100'000, 'x');
             StepBody body;
             body.mutable_download()->set_url("http://example.invalid/x");
             body.mutable_download()->set_path(kPath);
             body.mutable_download()->set_mode("0755");
             body.mutable_download()->set_sha256(Sha256Hex(content));
             world.blobs.blobs[Sha256Hex(content)] = content;
             return body;
           },
       .set_up = old_file,
       .tamper = tamper},
  };
  for (StepCase& step_case : cases) step_case.watched = {"/conformance"};
  return cases;
}

}  // namespace pe::agent
