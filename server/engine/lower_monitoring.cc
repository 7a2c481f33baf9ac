// Monitoring, lowered to packages, files, units and probes.
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/engine/lowering.h"

namespace pe {
namespace {

using provision::v1::Monitoring;
using provision::v1::StepBody;
using provision::v1::Unit;
using Part = OutlineNode::Part;

constexpr char kDefaultPackage[] = "prometheus-node-exporter";
constexpr char kDefaultListen[] = ":9100";
constexpr char kDefaultApi[] = "http://127.0.0.1:9090";

// Debian names the package, its unit and its file below /etc/default alike.
std::string ExporterName(const Monitoring& monitoring) {
  return monitoring.node_exporter().package().empty() ? kDefaultPackage : monitoring.node_exporter().package();
}

// "10.0.0.5:9100": the address that the exporter listens on, or the target's own where that is every address.
std::string Endpoint(const Monitoring& monitoring, const TargetIdentity& target) {
  const std::string listen =
      monitoring.node_exporter().listen().empty() ? kDefaultListen : monitoring.node_exporter().listen();
  const size_t colon = listen.rfind(':');
  const std::string address = listen.substr(0, colon);
  const bool every = address.empty() || address == "0.0.0.0" || address == "[::]";
  const bool ipv6 = absl::StrContains(target.host, ":");
  return absl::StrCat(every ? (ipv6 ? absl::StrCat("[", target.host, "]") : target.host) : address,
                      listen.substr(colon));
}

// The label `instance` is the endpoint, unless the spec gives another one.
std::string Instance(const Monitoring& monitoring, const TargetIdentity& target) {
  for (absl::string_view label : monitoring.prometheus().labels()) {
    if (absl::ConsumePrefix(&label, "instance=")) return std::string(label);
  }
  return Endpoint(monitoring, target);
}

StepBody Config(const Monitoring& monitoring) {
  StepBody body;
  auto* edit = body.mutable_file_edit();
  edit->set_path(absl::StrCat("/etc/default/", ExporterName(monitoring)));
  edit->set_create(true);
  edit->mutable_line()->set_line(
      absl::StrCat("ARGS=\"--web.listen-address=", monitoring.node_exporter().listen(), "\""));
  edit->mutable_line()->set_match("^ARGS=");
  return body;
}

StepBody ExporterUnit(const Monitoring& monitoring, Unit::State state) {
  StepBody body;
  body.mutable_unit()->set_name(absl::StrCat(ExporterName(monitoring), ".service"));
  body.mutable_unit()->set_state(state);
  if (state == Unit::STARTED) body.mutable_unit()->set_enabled(true);
  return body;
}

// A file that Prometheus' file discovery reads: [{"targets": ["10.0.0.5:9100"], "labels": {...}}].
StepBody Registration(const Monitoring& monitoring, const TargetIdentity& target) {
  nlohmann::json entry = {{"targets", {Endpoint(monitoring, target)}}, {"labels", nlohmann::json::object()}};
  for (const std::string& label : monitoring.prometheus().labels()) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(label, absl::MaxSplits('=', 1));
    entry["labels"][pair.first] = pair.second;
  }
  StepBody body;
  auto* file = body.mutable_file();
  file->set_path(absl::StrCat(monitoring.prometheus().register_in(), "/",
                              absl::StripPrefix(target.resource, "resources/"), ".json"));
  file->set_content(nlohmann::json::array({entry}).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
                    "\n");
  file->set_mode("0644");
  return body;
}

StepBody Up(const Monitoring& monitoring, const TargetIdentity& target) {
  StepBody body;
  auto* up = body.mutable_probe()->mutable_prometheus_up();
  up->set_url(monitoring.prometheus().url().empty() ? kDefaultApi : monitoring.prometheus().url());
  up->set_instance(Instance(monitoring, target));
  return body;
}

}  // namespace

StepBody ExporterRestart(const Monitoring& monitoring) { return ExporterUnit(monitoring, Unit::RESTARTED); }

StepBody LowerMonitoring(Part part, const Monitoring& monitoring, const TargetIdentity& target) {
  StepBody body;
  switch (part) {
    case Part::kConfig:
      return Config(monitoring);
    case Part::kUnit:
      return ExporterUnit(monitoring, Unit::STARTED);
    case Part::kRegister:
      return Registration(monitoring, target);
    case Part::kUp:
      return Up(monitoring, target);
    default:
      body.mutable_package()->add_packages()->set_name(ExporterName(monitoring));
      return body;
  }
}

}  // namespace pe
