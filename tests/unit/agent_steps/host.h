// A host for step types: real files below a temporary root, programs from a script.
#ifndef TESTS_UNIT_AGENT_STEPS_HOST_H_
#define TESTS_UNIT_AGENT_STEPS_HOST_H_

#include <stdlib.h>

#include "tests/conformance/steps/world.h"
#include "tests/unit/agent_steps/fake_processes.h"

namespace pe::agent {

class Host {
 public:
  Host() : world(MakeRoot()) {}
  ~Host() { RealFileSystem().RemoveAll(world.root).IgnoreError(); }

  StepContext Context() {
    return {.files = world.files,
            .processes = processes,
            .clock = world.clock,
            .reporter = world.reports,
            .undo = world.undo,
            .blobs = world.blobs,
            .cancel = world.cancel,
            .has_init = has_init,
            .observe_only = observe_only,
            .secret = secret};
  }
  absl::StatusOr<Observation> Observe(const provision::v1::StepBody& body) {
    StepContext context = Context();
    return FindStepType(body)->Observe(body, context);
  }
  absl::StatusOr<Applied> Apply(const provision::v1::StepBody& body) {
    const absl::StatusOr<Observation> seen = Observe(body);
    if (!seen.ok()) return seen.status();
    StepContext context = Context();
    return FindStepType(body)->Apply(body, *seen, context);
  }

  World world;
  FakeProcesses processes;
  bool has_init = true;
  bool observe_only = false;
  bool secret = false;

 private:
  static std::string MakeRoot() {
    char folder[] = "/tmp/agent-steps.XXXXXX";
    return mkdtemp(folder);
  }
};

}  // namespace pe::agent

#endif  // TESTS_UNIT_AGENT_STEPS_HOST_H_
