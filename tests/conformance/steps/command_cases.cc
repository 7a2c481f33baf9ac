// exec, and the probes that need no service manager.
#include "tests/conformance/steps/local_server.h"
#include "tests/conformance/steps/step_case.h"

namespace pe::agent {
namespace {

using provision::v1::Exec;
using provision::v1::StepBody;

// Programs see the machine's own paths, so the marker is named with the world's root.
std::string Marker(World& world) { return world.root + "/conformance/marker"; }

StepBody Argv(std::vector<std::string> words) {
  StepBody body;
  for (const std::string& word : words) body.mutable_exec()->add_argv(word);
  return body;
}

StepBody ExecWithUndo(World& world) {
  StepBody body = Argv({"touch", Marker(world)});
  body.mutable_exec()->add_undo("rm");
  body.mutable_exec()->add_undo("-f");
  body.mutable_exec()->add_undo(Marker(world));
  return body;
}

StepBody Http(World&, const std::string& contains) {
  StepBody body;
  body.mutable_probe()->mutable_http()->set_url("http://localhost:" + std::to_string(LocalServer::Instance().port()) +
                                                "/");
  body.mutable_probe()->mutable_http()->set_contains(contains);
  return body;
}

}  // namespace

std::vector<StepCase> CommandCases() {
  std::vector<StepCase> cases = {
      {.name = "exec_without_guard", .body = ExecWithUndo, .unknown = true, .repeats = true},
      {.name = "exec_creates",
       .body =
           [](World& world) {
             StepBody body = ExecWithUndo(world);
             body.mutable_exec()->set_creates("/conformance/marker");
             return body;
           }},
      {.name = "exec_unless",
       .body =
           [](World& world) {
             StepBody body = ExecWithUndo(world);
             for (const std::string& word : {std::string("test"), std::string("-e"), Marker(world)})
               body.mutable_exec()->add_unless(word);
             return body;
           }},
      {.name = "exec_never_changes",
       .body =
           [](World&) {
             StepBody body = Argv({"true"});
             body.mutable_exec()->set_changed(Exec::NEVER);
             return body;
           },
       .changes = false,
       .unknown = true,
       .repeats = true,
       .undoable = false},
      {.name = "probe_file",
       .body =
           [](World&) {
             StepBody body;
             body.mutable_probe()->mutable_file()->set_path("/conformance/there");
             body.mutable_probe()->mutable_file()->set_contains("es");
             return body;
           },
       .set_up = [](World& world) { world.Write("/conformance/there", "yes\n"); },
       .changes = false},
      {.name = "probe_tcp",
       .body =
           [](World&) {
             StepBody body;
             body.mutable_probe()->mutable_tcp()->set_port(LocalServer::Instance().port());
             return body;
           },
       .changes = false},
      {.name = "probe_http", .body = [](World& world) { return Http(world, "hello"); }, .changes = false},
      {.name = "probe_prometheus",
       .body =
           [](World&) {
             StepBody body;
             body.mutable_probe()->mutable_prometheus_up()->set_url("http://127.0.0.1:" +
                                                                    std::to_string(LocalServer::Instance().port()));
             body.mutable_probe()->mutable_prometheus_up()->set_instance("web-1:9100");
             return body;
           },
       .changes = false},
  };
  for (StepCase& step_case : cases) step_case.watched = {"/conformance"};
  return cases;
}

}  // namespace pe::agent
