// SimWorker: one life of the agent on a simulated host: the product's own Agent, Runs, journal and sessions, over a
// simulated disk, virtual time and wires. One thread; attempts run where the clock says, and the world goes on within
// them as it does beside a real executor thread.
#ifndef TESTS_SIMULATION_SIM_WORKER_H_
#define TESTS_SIMULATION_SIM_WORKER_H_

#include <list>
#include <memory>
#include <string>

#include "server/agent/session.h"
#include "server/agent/system/real_file_system.h"
#include "tests/simulation/sim_steps.h"

namespace pe::sim {

class SimHost;
class SimWire;

class SimWorker final : public agent::Executor, private StepWorld, public std::enable_shared_from_this<SimWorker> {
 public:
  static std::shared_ptr<SimWorker> Start(SimHost& host, SimEnv& env);
  ~SimWorker() override;

  // ---- Connections; each ends with Drop, or with the worker.
  void Accept(const std::shared_ptr<SimWire>& wire);
  void Receive(const SimWire* wire, absl::string_view bytes);
  void Drop(const SimWire* wire);

  // Runs of an earlier life may have something to do though nobody is connected.
  void Look() { Wake(); }
  bool Knows(const std::string& run) { return agent_.FindRun(run) != nullptr; }
  void Die() { life_.Die(); }
  bool dead() const override { return life_.dead; }

 private:
  struct Connection {
    Connection(agent::Agent& agent, std::shared_ptr<SimWire> wire) : session(agent), wire(std::move(wire)) {}
    agent::Session session;
    std::shared_ptr<SimWire> wire;
    FrameDecoder sent;
  };

  SimWorker(SimHost& host, SimEnv& env);
  // As the agent's Loop: runs take in what has ended, sessions send. Soon, in a turn of its own.
  void Wake();
  void Service();
  void Send(Connection& connection);
  void DropSuperseded(const Connection& newest);
  void EndWhenIdle();

  // ---- Executor
  void Start(std::shared_ptr<agent::Attempt> attempt, std::function<void(agent::AttemptEnd)> done) override;
  // ---- StepWorld
  absl::Status Before(const agent::CancelToken& cancel) override;
  absl::Status Effect(const std::string& token) override;
  SimDisk& disk() override;
  Faults& faults() override { return env_.faults; }

  SimHost& host_;
  SimEnv& env_;
  Mortal life_;
  SimRunStore store_;
  SimBootGuard boot_guard_;
  const std::string boot_;
  agent::RealFileSystem files_;  // never used by simulated steps
  agent::BlobStore blobs_;
  agent::Agent agent_;
  std::list<Connection> connections_;
  bool woken_ = false;
  MonoMicros timer_ = 0;  // when Service is due for a timer; 0: not at all
};

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_WORKER_H_
