// Planner: (spec, variables, facts) -> the plan of one stage of one target. A plan is a value: it can be printed and
// tested without running anything. Pure; thread-safe.
//
// The spec's sections are lowered, in this order, to the typed steps that a user may write by hand:
//   os, libraries, security, monitoring (exporter), steps, handlers, monitoring (registration), acceptance, and the
//   rollout's health gate as a last stage ("health.0")
// Step ids of lowered sections are "SECTION.NAME" ("libraries.packages", "security.patches", "monitoring.exporter",
// "monitoring.unit", "monitoring.register", "monitoring.up", "acceptance.0").
//
// Stages. A stage is one run of an agent on one host. A new one begins after `os_image` (host side of a rootfs target),
// where `on:` names another resource, and where it goes back to the target. Which stages there are follows from spec,
// variables and the target's transport; their content also from the facts of that moment.
#ifndef SERVER_ENGINE_PLANNER_H_
#define SERVER_ENGINE_PLANNER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "provision/agent/v1/agent.pb.h"
#include "provision/v1/event.pb.h"
#include "provision/v1/fact.pb.h"
#include "provision/v1/job.pb.h"
#include "provision/v1/rollout.pb.h"
#include "provision/v1/spec.pb.h"
#include "server/engine/errors.h"

namespace pe {

// Effective values by name. Values of SECRET variables are not among `values`: a use becomes a reference
// ("\x1eNAME\x1f"), which ResolveSecrets replaces just before a body is sent.
struct Variables {
  std::map<std::string, std::string> values;  // as text, as given or defaulted; typed by the spec's declarations
  std::vector<std::string> secret_names;
};

// Takes what the request gives and the spec's defaults. `secrets` gets the values of SECRET variables. Violations: see
// Validate(ProvisionRequest), which reports the same ones; here they are an internal error.
absl::StatusOr<Variables> BindVariables(const provision::v1::ServiceSpec& spec,
                                        const std::map<std::string, std::string>& given,
                                        std::map<std::string, std::string>* secrets);

// A handler that an earlier job was notified of on a host and is not known to have run there. See owed.h.
struct OwedHandler {
  std::string handler;                           // its id in that job
  std::string job;                               // that job, "jobs/..."
  std::shared_ptr<const provision::v1::Job> of;  // that job in detail kFull; null: it cannot be read
  bool outcome_unknown = false;
};

struct PlanInput {
  const provision::v1::ServiceSpec* spec = nullptr;
  const Variables* variables = nullptr;
  const provision::v1::Rollout* rollout = nullptr;     // whose health gate is the last stage; null: none
  const provision::v1::Facts* facts = nullptr;         // of the host that the stage runs on
  const provision::v1::Facts* target_facts = nullptr;  // of the target, for `on:` stages; null when not known yet
  std::string resource;                                // the target, "resources/web-1"
  std::string host;                                    // host part of its address, for monitoring's instance label
  std::string transport;                               // of the target
  bool root_login = false;                             // the address says that root logs in
  std::string root;                                    // rootfs: its directory
  provision::v1::Job::Mode mode = provision::v1::Job::APPLY;
  provision::v1::Step::OnFailure on_failure = provision::v1::Step::STOP;
  std::string from_step;          // of a retry: steps before it are skipped; empty: none
  std::vector<OwedHandler> owed;  // on the host that the stage runs on, and not yet in the target's plan
  int owed_before = 0;            // steps that earlier stages have for such
  std::string place;              // the resource whose host the stage runs on
  std::string parent;             // of a retry: the job that it retries
  int stage = 0;                  // which one to plan
  int first_index = 0;            // index in Target.steps of the stage's first step
};

// Where a stage runs; known before its facts.
struct StagePlace {
  std::string on;          // "resources/prom-1"; empty: the target itself
  bool host_side = false;  // outside the target's root (os_image of a rootfs target)
};

struct PlannedStep {
  // Everything but times, attempt and result; state PENDING, or SKIPPED with the reason when `when` is false.
  provision::v1::StepStatus status;
  // For the agent; not set when the step is skipped. `index` is its index in Target.steps; `after` and `notify` are
  // positions in the stage's list of steps that are sent.
  provision::agent::v1::PlanStep step;
};

struct StagePlan {
  std::vector<PlannedStep> steps;
  std::vector<provision::v1::Warning> warnings;  // stated reductions: "units are only enabled in a root filesystem"
};

// The stages of a target in order; at least one. `rollout`: as in PlanInput.
std::vector<StagePlace> PlaceStages(const provision::v1::ServiceSpec& spec, const std::string& transport,
                                    const provision::v1::Rollout* rollout = nullptr);

// INVALID_ARGUMENT with violations when the plan cannot be made for these facts (an expression fails, the operating
// system is another one, the package manager is not supported, a capability is missing).
absl::StatusOr<StagePlan> PlanStage(const PlanInput& input);

// Resources named by `on:` and by monitoring, which a job must hold besides its targets: "resources/...", sorted,
// unique.
std::vector<std::string> NamedResources(const provision::v1::ServiceSpec& spec);

// `body` with references to secrets replaced. REQUIRES: every referenced name is in `secrets`.
provision::v1::StepBody ResolveSecrets(const provision::v1::StepBody& body,
                                       const std::map<std::string, std::string>& secrets);

}  // namespace pe

#endif  // SERVER_ENGINE_PLANNER_H_
