#include "server/engine/outline.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/engine/step_graph.h"

namespace pe {
namespace {

using provision::v1::Monitoring;
using provision::v1::Rollout;
using provision::v1::SecurityPatches;
using provision::v1::ServiceSpec;
using provision::v1::Step;
using Part = OutlineNode::Part;

// Adds nodes in order, with their places, and cuts them into stages.
bool IsReboot(const OutlineNode& node) {
  return node.part == OutlineNode::Part::kReboot || (node.step != nullptr && node.step->has_reboot());
}

class OutlineMaker {
 public:
  OutlineMaker(const ServiceSpec& spec, const std::string& transport, const Rollout* rollout)
      : spec_(spec), rollout_(rollout), rootfs_(transport == "rootfs") {}

  Outline Make() {
    AddSections();
    const int barrier = Last();  // steps begin when what the sections ask for is there
    AddSteps(barrier);
    if (spec_.has_monitoring())
      AddRegistration({.section = "monitoring",
                       .base = "monitoring",
                       .field = "spec.monitoring",
                       .monitoring = &spec_.monitoring()},
                      Last());
    for (int i = 0; i < spec_.acceptance_size(); ++i) {
      Add({.part = Part::kAcceptance,
           .section = "acceptance",
           .base = "acceptance",
           .suffix = absl::StrCat(".", i),
           .field = absl::StrCat("spec.acceptance[", i, "]"),
           .probe = &spec_.acceptance(i)},
          {}, -1);
    }
    if (out_.places.empty()) out_.places.push_back({});
    if (rollout_ != nullptr) AddHealthGate();
    return std::move(out_);
  }

 private:
  int Last() const { return static_cast<int>(out_.nodes.size()) - 1; }

  // A stage ends where the place changes. The first is the target's, so that its facts are known to the others.
  void Add(OutlineNode node, const StagePlace& place, int after) {
    if (out_.places.empty() && !place.on.empty()) out_.places.push_back({});
    const bool new_boot = !out_.nodes.empty() && IsReboot(out_.nodes.back());  // its facts are others
    if (out_.places.empty() || new_boot || out_.places.back().on != place.on ||
        out_.places.back().host_side != place.host_side)
      out_.places.push_back(place);
    node.stage = static_cast<int>(out_.places.size()) - 1;
    if (after >= 0) node.after.push_back(after);
    out_.nodes.push_back(std::move(node));
  }

  // A root filesystem can be made where the spec says of what.
  bool WantsImage() const {
    const auto& os = spec_.os();
    return rootfs_ && spec_.has_os() && (os.has_image() || (os.distribution() == "debian" && !os.release().empty()));
  }

  void AddSections() {
    if (WantsImage())
      Add({.part = Part::kOsImage, .section = "os", .base = "os", .suffix = ".image", .field = "spec.os"},
          {.host_side = true}, -1);
    if (!spec_.libraries().empty()) {
      Add({.part = Part::kLibraries,
           .section = "libraries",
           .base = "libraries",
           .suffix = ".packages",
           .field = "spec.libraries"},
          {}, Last());
    }
    if (spec_.has_security() && spec_.security().patches() != SecurityPatches::NONE) {
      Add({.part = Part::kSecurity,
           .section = "security",
           .base = "security",
           .suffix = ".patches",
           .field = "spec.security"},
          {}, Last());
      if (spec_.security().reboot() == provision::v1::Security::IF_REQUIRED && !rootfs_)
        AddPart({.section = "security", .base = "security", .field = "spec.security.reboot"}, Part::kReboot, ".reboot",
                {}, Last());
    }
    if (spec_.has_monitoring())
      AddExporter({.section = "monitoring",
                   .base = "monitoring",
                   .field = "spec.monitoring",
                   .monitoring = &spec_.monitoring()},
                  Last());
  }

  // A stage of its own: between it and what is before, the wave soaks.
  void AddHealthGate() {
    if (rollout_->health_gate().empty()) return;
    out_.places.push_back({});
    for (int i = 0; i < rollout_->health_gate_size(); ++i) {
      out_.nodes.push_back({.part = Part::kAcceptance,
                            .section = "health",
                            .base = "health",
                            .suffix = absl::StrCat(".", i),
                            .field = absl::StrCat("rollout.health_gate[", i, "]"),
                            .probe = &rollout_->health_gate(i),
                            .stage = static_cast<int>(out_.places.size()) - 1});
    }
  }

  void AddPart(OutlineNode node, Part part, const char* suffix, const StagePlace& place, int after) {
    node.part = part;
    node.suffix = suffix;
    Add(std::move(node), place, after);
  }

  void AddExporter(const OutlineNode& node, int after) {
    if (!node.monitoring->has_node_exporter()) return;
    AddPart(node, Part::kExporter, ".exporter", {}, after);
    if (!node.monitoring->node_exporter().listen().empty()) AddPart(node, Part::kConfig, ".config", {}, Last());
    AddPart(node, Part::kUnit, ".unit", {}, Last());
  }

  // Nothing runs in a root filesystem, so there is nothing to register: said by the plan as a warning.
  void AddRegistration(const OutlineNode& node, int after) {
    if (!node.monitoring->has_prometheus() || rootfs_) return;
    const StagePlace place{.on = FullResourceName(node.monitoring->prometheus().resource())};
    AddPart(node, Part::kRegister, ".register", place, after);
    AddPart(node, Part::kUp, ".up", place, Last());
  }

  void AddSteps(int barrier) {
    const StepGraph graph = MakeStepGraph(spec_.steps());
    std::vector<std::vector<int>> last_nodes(spec_.steps_size());  // of each step: what is done when it is done
    for (const int i : graph.order) {
      std::set<int> after;
      for (const int earlier : graph.after[i]) after.insert(last_nodes[earlier].begin(), last_nodes[earlier].end());
      if (after.empty() && barrier >= 0) after.insert(barrier);
      const size_t first = out_.nodes.size();
      AddStep(i);
      // A monitoring step that asks for nothing on this transport leaves its successors what it came after itself.
      const bool nothing = out_.nodes.size() == first;
      last_nodes[i] = nothing ? std::vector<int>(after.begin(), after.end()) : std::vector<int>{Last()};
      if (!nothing) out_.nodes[first].after.assign(after.begin(), after.end());
    }
  }

  void AddStep(int i) {
    const Step& step = spec_.steps(i);
    OutlineNode node{.base = step.id(), .field = absl::StrCat("spec.steps[", i, "]"), .step = &step};
    if (!step.has_monitoring()) {
      const StagePlace place{.on = step.on().empty() ? "" : FullResourceName(step.on()),
                             .host_side = rootfs_ && step.has_os_image()};
      return Add(std::move(node), place, -1);
    }
    node.monitoring = &step.monitoring();
    const size_t first = out_.nodes.size();
    AddExporter(node, -1);
    AddRegistration(node, out_.nodes.size() > first ? Last() : -1);
  }

  const ServiceSpec& spec_;
  const Rollout* const rollout_;
  const bool rootfs_;
  Outline out_;
};

}  // namespace

Outline MakeOutline(const ServiceSpec& spec, const std::string& transport, const Rollout* rollout) {
  return OutlineMaker(spec, transport, rollout).Make();
}

std::string FullResourceName(absl::string_view name) {
  return absl::StartsWith(name, "resources/") ? std::string(name) : absl::StrCat("resources/", name);
}

std::string RestartHandlerId(const OutlineNode& config) { return config.base + ".restart"; }

std::vector<StagePlace> PlaceStages(const ServiceSpec& spec, const std::string& transport, const Rollout* rollout) {
  return MakeOutline(spec, transport, rollout).places;
}

std::vector<std::string> NamedResources(const ServiceSpec& spec) {
  std::set<std::string> out;
  const auto add = [&](const Monitoring& monitoring) {
    if (monitoring.has_prometheus()) out.insert(FullResourceName(monitoring.prometheus().resource()));
  };
  add(spec.monitoring());
  for (const Step& step : spec.steps()) {
    if (!step.on().empty()) out.insert(FullResourceName(step.on()));
    add(step.monitoring());
  }
  return {out.begin(), out.end()};
}

}  // namespace pe
