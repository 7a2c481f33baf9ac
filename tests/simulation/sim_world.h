// SimWorld: one engine, its store, a fleet, and clients; runs a seed and says what was wrong.
#ifndef TESTS_SIMULATION_SIM_WORLD_H_
#define TESTS_SIMULATION_SIM_WORLD_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "server/engine/engine_core.h"
#include "storage/memory/memory_store.h"
#include "tests/simulation/sim_network.h"

namespace pe::sim {

class SimWorld final : private EventSubscriber {
 public:
  SimWorld(uint64_t seed, SeededBug bug);
  ~SimWorld() override;

  // Faults on for a while, then off, until every job has ended or it is plain that one never will. Returns what was
  // wrong; empty when everything was right.
  std::vector<std::string> Run();
  const std::map<std::string, int64_t>& coverage() const { return faults_.coverage(); }

 private:
  void StartEngine();
  void Turn();  // one step of whatever is next
  void PumpStore();
  void SubmitJob(int number);
  void CancelSomething();
  void OnBatch(std::shared_ptr<const EventBatch> batch) override;
  void Check();
  void CheckJob(const JobId& id);
  bool AllEnded();
  void Wrong(const std::string& what) { wrong_.push_back(what); }

  SimClock clock_;
  Faults faults_;
  const SeededBug bug_;
  SeededRandom random_;
  MemoryStore store_;
  EventHub hub_;
  SimNetwork network_;
  std::unique_ptr<EngineCore> core_;
  std::set<JobId> acknowledged_;
  std::map<std::string, JobId> by_request_;  // request id -> the job that was answered
  std::map<JobId, int64_t> watched_;         // last sequence seen live, per job
  std::map<JobId, std::string> terminal_;    // state as it was when it ended
  std::vector<std::string> wrong_;
};

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_WORLD_H_
