// SimWire: one connection between an engine and an agent. As with TCP, what arrives arrives in order unless the fault
// says otherwise, and what is lost is lost with all that follows.
#ifndef TESTS_SIMULATION_SIM_WIRE_H_
#define TESTS_SIMULATION_SIM_WIRE_H_

#include <memory>

#include "server/transport/transport.h"
#include "tests/simulation/sim_host.h"

namespace pe::sim {

class SimWire : public std::enable_shared_from_this<SimWire> {
 public:
  SimWire(SimEnv& env, SimHost& host, std::shared_ptr<ConnectionObserver> observer)
      : env_(env), host_(host), observer_(std::move(observer)) {}

  void Open();
  bool closed() const { return closed_; }
  void ToHost(const provision::agent::v1::Frame& frame);
  void ToEngine(provision::agent::v1::Frame frame);
  // The engine's side ends, and is told why.
  void Close(const CloseReason& reason);
  // The engine's process ends: nobody is told.
  void EngineDied();
  // The host's side has ended: the engine hears of it a little later.
  void Break();

 private:
  int64_t Delay();
  void Arrive(const provision::agent::v1::Frame& frame);
  void Deliver(const provision::agent::v1::Frame& frame);
  void HostSideGone();
  // Nothing passes any more and nobody is told: only the engine's own watch over its links can see it.
  void FallSilent();

  SimEnv& env_;
  SimHost& host_;
  std::shared_ptr<ConnectionObserver> observer_;
  std::weak_ptr<SimWorker> worker_;
  bool opened_ = false;
  bool dead_ = false;
  bool closed_ = false;
  MonoMicros engine_last_ = 0, host_last_ = 0;  // arrival of the last frame each way
};

// One engine process's way to the hosts.
class SimNetwork final : public Transport {
 public:
  using HostOf = std::function<SimHost&(const std::string&)>;
  SimNetwork(SimEnv& env, HostOf host_of) : env_(env), host_of_(std::move(host_of)) {}
  ~SimNetwork() override { EngineDied(); }
  std::unique_ptr<Connection> Connect(const ConnectRequest& request,
                                      std::shared_ptr<ConnectionObserver> observer) override;
  void EngineDied();

 private:
  SimEnv& env_;
  const HostOf host_of_;
  std::vector<std::weak_ptr<SimWire>> wires_;
};

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_WIRE_H_
