// SimNetwork: a Transport between the engine and simulated hosts. Frames are delayed; connections are cut, refused or
// partitioned; reports arrive twice. As with TCP, what arrives arrives in order, and what is lost is lost with all
// that follows on that connection.
// One thread.
#ifndef TESTS_SIMULATION_SIM_NETWORK_H_
#define TESTS_SIMULATION_SIM_NETWORK_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/transport/transport.h"
#include "tests/simulation/sim_host.h"

namespace pe::sim {

class SimNetwork final : public Transport {
 public:
  SimNetwork(SimClock* clock, Faults* faults, SeededBug bug) : clock_(clock), faults_(faults), bug_(bug) {}

  ~SimNetwork() override { EngineDied(); }
  SimHost& host(const std::string& name);
  std::unique_ptr<Connection> Connect(const ConnectRequest& request,
                                      std::shared_ptr<ConnectionObserver> observer) override;
  // The engine's process ends: its connections are gone, nobody is told.
  void EngineDied();
  const std::map<std::string, std::unique_ptr<SimHost>>& hosts() const { return hosts_; }

 private:
  struct Wire;
  class End;
  void ToEngine(const std::shared_ptr<Wire>& wire, const provision::agent::v1::Frame& frame);
  void ToHost(const std::shared_ptr<Wire>& wire, const provision::agent::v1::Frame& frame);
  void Close(const std::shared_ptr<Wire>& wire, const CloseReason& reason);
  int64_t Delay() { return 100 + static_cast<int64_t>(faults_->Draw(20'000)); }

  SimClock* const clock_;
  Faults* const faults_;
  const SeededBug bug_;
  std::map<std::string, std::unique_ptr<SimHost>> hosts_;
  std::vector<std::weak_ptr<Wire>> wires_;
};

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_NETWORK_H_
