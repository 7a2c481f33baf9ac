// SimEngine: one engine process: the product's own loop over the shared store, its hub and its way to the hosts.
#ifndef TESTS_SIMULATION_SIM_ENGINE_H_
#define TESTS_SIMULATION_SIM_ENGINE_H_

#include <memory>

#include "base/random.h"
#include "server/engine/engine_core.h"
#include "tests/simulation/sim_wire.h"

namespace pe::sim {

class SimEngine {
 public:
  // Takes the store's lease and loads.
  SimEngine(SimEnv& env, Store& store, Random& random, SimNetwork::HostOf host_of) : network(env, std::move(host_of)) {
    EngineParts parts{
        .store = &store, .clock = &env.clock, .random = &random, .hub = &hub, .transports = {{"ssh", &network}}};
    EngineOptions options;
    options.credentials["default"] = Credential{.name = "default"};
    options.secret_key = std::string(32, 'k');
    options.max_running_jobs = 6;
    options.max_connected_targets = 8;
    core = std::make_unique<EngineCore>(parts, options);
    const absl::Status loaded = core->Load();
    if (!loaded.ok()) env.wrong("the engine does not load: " + std::string(loaded.message()));
  }
  ~SimEngine() { network.EngineDied(); }

  EventHub hub;
  SimNetwork network;
  std::unique_ptr<EngineCore> core;
  MonoMicros paused_until = 0;
};

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_ENGINE_H_
