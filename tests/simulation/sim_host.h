// SimHost: a host with an agent that follows the protocol of proto/provision/agent/v1: it journals every report, goes
// on without a connection, resumes after Welcome, and forgets a run when it is told to. It may reboot at any time. One
// thread.
#ifndef TESTS_SIMULATION_SIM_HOST_H_
#define TESTS_SIMULATION_SIM_HOST_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "provision/agent/v1/agent.pb.h"
#include "tests/simulation/sim_clock.h"
#include "tests/simulation/sim_faults.h"

namespace pe::sim {

class SimHost {
 public:
  using Sender = std::function<void(const provision::agent::v1::Frame&)>;

  SimHost(std::string name, SimClock* clock, Faults* faults, SeededBug bug)
      : name_(std::move(name)), clock_(clock), faults_(faults), bug_(bug) {}

  // ---- The agent's side of a connection
  provision::agent::v1::Hello MakeHello() const;
  // `wire` tells connections apart.
  void OnFrame(const provision::agent::v1::Frame& frame, const void* wire, const Sender& send);
  // The connection has ended: nothing is sent over it any more.
  void Disconnected(const void* wire) {
    if (wire == wire_) send_ = nullptr;
  }
  // The agent dies and starts again; what was not journalled is lost.
  void Reboot();
  uint64_t boot() const { return boot_; }

  // ---- What really happened, for the checkers
  // Effects by "RUN STEP": each must be 1 or, where the run did not come so far, absent.
  const std::map<std::string, int>& effects() const { return effects_; }
  // A step began while another run's step was under way.
  bool overlapped() const { return overlapped_; }

 private:
  struct Run {
    provision::agent::v1::Plan plan;
    int64_t epoch = 0;
    uint64_t order = 0;
    size_t position = 0;    // next step
    bool intent = false;    // journalled: the step at `position` has begun
    std::set<size_t> done;  // steps whose effect is there; what Observe sees
    std::vector<provision::agent::v1::Report> reports;
    bool cancelled = false;
    bool ended = false;
  };

  void Start(const std::string& id, const provision::agent::v1::RunPlan& request);
  void Work(const std::string& id, uint64_t boot);
  void Finish(const std::string& id, provision::agent::v1::RunDone::Outcome outcome);
  void Report(const std::string& id, provision::agent::v1::Report report);
  void StepState(const std::string& id, int state);

  const std::string name_;
  SimClock* const clock_;
  Faults* const faults_;
  const SeededBug bug_;
  Sender send_;
  const void* wire_ = nullptr;  // whose `send_` it is
  std::string blob_;
  std::string engine_id_;
  int64_t epoch_ = 0;
  uint64_t boot_ = 1;
  uint64_t last_order_ = 0;
  std::map<std::string, Run> runs_;
  std::map<std::string, int> effects_;
  bool overlapped_ = false;
};

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_HOST_H_
