// unit, the probe of a unit, sysctl and hostname; on a host with systemd.
#include "tests/conformance/steps/step_case.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;
using provision::v1::Unit;

const char kUnit[] = "conformance.service";
const char kPackaged[] = "conformance-packaged.service";
const char kFile[] = "/etc/systemd/system/conformance.service";
const char kText[] =
    "[Unit]\nDescription=Conformance\n[Service]\nExecStart=/bin/sleep "
    "infinity\n[Install]\nWantedBy=multi-user.target\n";

std::string State(World& world) {
  return world.Output({"systemctl", "show", "-p", "ActiveState,UnitFileState,LoadState", kUnit});
}

void Clean(World& world) {
  world.Output({"systemctl", "stop", kUnit});
  world.Output({"systemctl", "unmask", kUnit});
  world.Output({"systemctl", "disable", kUnit});
  world.Run({"rm", "-rf", kFile, std::string(kFile) + ".d"});
  world.Run({"systemctl", "daemon-reload"});
  world.Output({"systemctl", "reset-failed", kUnit});
}

void Present(World& world) {
  Clean(world);
  world.Write(kFile, kText);
  world.Run({"systemctl", "daemon-reload"});
}

void Running(World& world) {
  Present(world);
  world.Run({"systemctl", "enable", "--now", kUnit});
}

// A unit as a package brings it; one whose file is in /etc cannot be masked.
void Packaged(World& world) {
  world.Output({"systemctl", "unmask", kPackaged});
  world.Write(std::string("/usr/lib/systemd/system/") + kPackaged, kText);
  world.Run({"systemctl", "daemon-reload"});
  world.Run({"systemctl", "enable", kPackaged});
}

// Somebody else makes the unit theirs: with a text of their own, or away with it.
void Rewrite(World& world) {
  world.Write(kFile, std::string("# theirs\n") + kText);
  world.Run({"systemctl", "daemon-reload"});
}

void Mask(World& world) {
  world.Run({"ln", "-sf", "/dev/null", kFile});
  world.Run({"systemctl", "daemon-reload"});
}

StepBody Body(std::function<void(Unit*)> fill) {
  StepBody body;
  body.mutable_unit()->set_name(kUnit);
  body.mutable_unit()->set_stable_window_ms(200);
  fill(body.mutable_unit());
  return body;
}

}  // namespace

std::vector<StepCase> UnitCases() {
  const auto start = [](Unit* unit) { unit->set_state(Unit::STARTED), unit->set_enabled(true); };
  std::vector<StepCase> cases = {
      {.name = "unit_new",
       .body = [start](World&) { return Body([start](Unit* unit) { start(unit), unit->set_content(kText); }); },
       .set_up = Clean,
       .tamper = Rewrite},
      {.name = "unit_started_and_enabled",
       .body = [start](World&) { return Body(start); },
       .set_up = Present,
       .tamper = Mask},
      {.name = "unit_stopped_and_disabled",
       .body =
           [](World&) { return Body([](Unit* unit) { unit->set_state(Unit::STOPPED), unit->set_enabled(false); }); },
       .set_up = Running,
       .tamper = Mask},
      {.name = "unit_masked",
       .body =
           [](World&) {
             StepBody body = Body([](Unit* unit) { unit->set_enablement(Unit::MASKED); });
             body.mutable_unit()->set_name(kPackaged);
             return body;
           },
       .set_up = Packaged,
       .tamper =
           [](World& world) {
             world.Run({"systemctl", "unmask", kPackaged});
             world.Run({"systemctl", "disable", kPackaged});
           }},
      {.name = "unit_masked_before_it_exists",
       .body =
           [](World&) {
             StepBody body = Body([](Unit* unit) { unit->set_enablement(Unit::MASKED); });
             body.mutable_unit()->set_name("conformance-absent.service");
             return body;
           },
       .set_up =
           [](World& world) {
             world.Output({"systemctl", "unmask", "conformance-absent.service"});
           }},
      {.name = "unit_drop_in",
       .body =
           [](World&) {
             return Body([](Unit* unit) {
               auto* drop_in = unit->add_drop_ins();
               drop_in->set_name("10-conformance.conf");
               drop_in->set_content("[Service]\nNice=5\n");
             });
           },
       .set_up = Running,
       .tamper = [](World& world) { world.Write(std::string(kFile) + ".d/10-conformance.conf", "# theirs\n"); }},
      {.name = "unit_restarted",
       .body = [](World&) { return Body([](Unit* unit) { unit->set_state(Unit::RESTARTED); }); },
       .set_up = Running,
       .repeats = true},
      {.name = "unit_reloaded_when_stopped",
       .body = [](World&) { return Body([](Unit* unit) { unit->set_state(Unit::RELOADED); }); },
       .set_up = Present,
       .repeats = true},
      {.name = "probe_unit",
       .body =
           [](World&) {
             StepBody body;
             body.mutable_probe()->mutable_unit()->set_name(kUnit);
             body.mutable_probe()->mutable_unit()->set_stable_window_ms(300);
             return body;
           },
       .set_up = Running,
       .changes = false},
      {.name = "sysctl",
       .body =
           [](World&) {
             StepBody body;
             body.mutable_sysctl()->set_key("net.ipv4.ip_local_port_range");
             body.mutable_sysctl()->set_value("30000 50000");
             return body;
           },
       .set_up =
           [](World& world) {
             world.Run({"sysctl", "-w", "net.ipv4.ip_local_port_range=32768 60999"});
             world.Run({"rm", "-f", "/etc/sysctl.d/60-provision.conf"});
           },
       .tamper =
           [](World& world) {
             world.Run({"sysctl", "-w", "net.ipv4.ip_local_port_range=20000 30000"}),
                 world.Write("/etc/sysctl.d/60-provision.conf", "# theirs\n");
           },
       .state =
           [](World& world) {
             return world.Run({"sysctl", "-n", "net.ipv4.ip_local_port_range"});
           },
       .watched = {"/etc/sysctl.d"}},
      {.name = "hostname",
       .body =
           [](World&) {
             StepBody body;
             body.mutable_hostname()->set_name("conformance-name");
             return body;
           },
       .set_up =
           [](World& world) {
             world.Run({"hostname", "before"}), world.Write("/etc/hostname", "before\n");
           },
       .tamper =
           [](World& world) {
             world.Run({"hostname", "theirs"});
           },
       .state = [](World& world) { return world.Run({"hostname"}); },
       .watched = {"/etc/hostname"}},
  };
  for (StepCase& step_case : cases) {
    step_case.host = true;
    if (step_case.watched.empty()) step_case.watched = {"/etc/systemd/system"}, step_case.state = State;
  }
  return cases;
}

}  // namespace pe::agent
