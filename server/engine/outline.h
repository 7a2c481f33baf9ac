// Outline: what a plan consists of before any fact is known: the spec's sections and steps as nodes in the order in
// which they run, cut into stages. Everything that follows from spec and transport alone. Pure; thread-safe.
#ifndef SERVER_ENGINE_OUTLINE_H_
#define SERVER_ENGINE_OUTLINE_H_

#include <string>
#include <vector>

#include "provision/v1/rollout.pb.h"
#include "provision/v1/spec.pb.h"
#include "server/engine/planner.h"

namespace pe {

struct OutlineNode {
  enum class Part {
    kStep,
    kOsImage,
    kLibraries,
    kSecurity,
    kReboot,
    kExporter,
    kConfig,
    kUnit,
    kRegister,
    kUp,
    kAcceptance
  };
  Part part = Part::kStep;
  const char* section = "steps";
  std::string base;                                       // id without "[i]": the step's, or the section's name
  std::string suffix;                                     // ".exporter"; empty for a step that is one node
  std::string field;                                      // path in the request, for violations: "spec.steps[3]"
  const provision::v1::Step* step = nullptr;              // of the spec; null for what a section asks for
  const provision::v1::Monitoring* monitoring = nullptr;  // for the parts of monitoring
  const provision::v1::Probe* probe = nullptr;            // for acceptance and the gate
  std::vector<int> after;                                 // nodes; all come earlier
  int stage = 0;

  std::string id() const { return base + suffix; }
};

struct Outline {
  std::vector<OutlineNode> nodes;
  std::vector<StagePlace> places;  // one a stage
};

// REQUIRES: spec and rollout are valid; they outlive the outline. A rollout with a health gate adds a last stage, which
// consists of the gate's probes; null: none.
Outline MakeOutline(const provision::v1::ServiceSpec& spec, const std::string& transport,
                    const provision::v1::Rollout* rollout);

// "resources/prom-1" of "prom-1" or "resources/prom-1".
std::string FullResourceName(absl::string_view name);

// Id of what restarts an exporter whose configuration changed; a handler of the planner's own.
std::string RestartHandlerId(const OutlineNode& config);

}  // namespace pe

#endif  // SERVER_ENGINE_OUTLINE_H_
