// SimHost: a host: its disk, its agent when one runs, and the witness of what really happened on it.
#ifndef TESTS_SIMULATION_SIM_HOST_H_
#define TESTS_SIMULATION_SIM_HOST_H_

#include <map>
#include <memory>
#include <string>

#include "provision/v1/fact.pb.h"
#include "tests/simulation/sim_disk.h"
#include "tests/simulation/sim_worker.h"

namespace pe::sim {

class SimHost {
 public:
  SimHost(std::string name, SimEnv& env) : name_(std::move(name)), env_(env) {}
  ~SimHost();

  const std::string& name() const { return name_; }
  SimDisk& disk() { return disk_; }
  const SimDisk& disk() const { return disk_; }
  provision::v1::Facts MakeFacts() const;

  // The agent, started when there is none.
  SimWorker& Worker();
  void KillWorker();
  // Power is cut and comes back: the agent is gone, and so is what was not synced.
  void Reboot();
  void OnWorkerGone(const SimWorker* worker);
  uint64_t boot() const { return boot_; }
  // A file of it keeps new connections out; those that are open go on.
  bool cut_off() const;

  // Nothing reaches it or leaves it until then.
  void PartitionFor(int64_t micros) { partitioned_until_ = env_.clock.Mono() + micros; }
  bool partitioned() const { return env_.clock.Mono() < partitioned_until_; }

  // ---- What really happened, for the checkers
  std::map<std::string, int> effects;  // by token
  int interrupted = 0;                 // steps stopped in their midst

 private:
  // As systemd does while a guarded step waits: an agent that has died is started again.
  void ComeBack();

  const std::string name_;
  SimEnv& env_;
  SimDisk disk_;
  std::shared_ptr<SimWorker> worker_;
  uint64_t boot_ = 1;
  MonoMicros partitioned_until_ = 0;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_HOST_H_
