// Step types whose effects go to the simulated host's witness. Bodies are those of the API, so that the real planner
// makes the plans:
//   file              content is the witness's token; idempotent, observed, undone by compare-and-swap
//   exec /w/once T    has its effect each time it is run; nothing can be observed
//   exec /w/flaky T   the same, but fails every second time, without an effect
//   exec /w/fail      always fails
// A further word of an exec is written to its output.
#ifndef TESTS_SIMULATION_SIM_STEPS_H_
#define TESTS_SIMULATION_SIM_STEPS_H_

#include "server/agent/steps/step.h"
#include "tests/simulation/sim_disk.h"

namespace pe::sim {

// The host as its steps see it; the ProcessRunner of their context.
class StepWorld : public agent::ProcessRunner {
 public:
  absl::StatusOr<agent::CommandResult> Run(const agent::Command&, const agent::CancelToken&) override {
    return absl::UnimplementedError("no processes here");
  }
  // What happens before, while and after something takes effect: OK when the effect is to happen now.
  virtual absl::Status Before(const agent::CancelToken& cancel) = 0;
  virtual absl::Status Effect(const std::string& token) = 0;
  virtual SimDisk& disk() = 0;
  virtual Faults& faults() = 0;
  virtual bool dead() const = 0;
};

const agent::StepType* FindSimStep(const provision::v1::StepBody& body);

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_STEPS_H_
