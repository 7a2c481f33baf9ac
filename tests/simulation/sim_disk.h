// SimDisk: what of a host outlives its agent: the target's own files, and the agent's state with the bytes that a power
// cut would lose. SimRunStore is how one life of the agent sees it; every write is a place to die or to fail.
#ifndef TESTS_SIMULATION_SIM_DISK_H_
#define TESTS_SIMULATION_SIM_DISK_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/agent/boot_guard.h"
#include "server/agent/run_store.h"
#include "tests/simulation/sim_faults.h"

namespace pe::sim {

struct SimDisk {
  struct Journal {
    std::string bytes;
    size_t synced = 0;   // of bytes
    bool named = false;  // its name is durable
  };
  struct Undo {
    provision::v1::StepBody body;
    std::vector<std::string> records;
    size_t undone = 0;  // the newest so many
    std::map<std::string, std::string> contents;
  };
  agent::Owner owner;
  std::map<std::string, Journal> journals;
  std::map<std::pair<std::string, int>, Undo> undo;
  std::map<std::string, std::string> files;
  bool guarded = false;  // BootGuard: the agent comes back by itself

  // What was not synced is lost, wholly or in part.
  void PowerCut(Faults& faults);
};

// A process that may be killed at any point: from then on whatever it still does has no effect.
struct Mortal {
  bool dead = false;
  std::function<void()> on_death;
  void Die() {
    if (!std::exchange(dead, true)) on_death();
  }
};

class SimRunStore final : public agent::RunStore {
 public:
  SimRunStore(SimDisk& disk, Mortal& life, Faults& faults) : disk_(disk), life_(life), faults_(faults) {}

  absl::StatusOr<agent::Owner> LoadOwner() override { return disk_.owner; }
  absl::Status SaveOwner(const agent::Owner& owner) override;
  absl::StatusOr<std::vector<agent::StoredRun>> LoadRuns() override;
  absl::StatusOr<std::unique_ptr<agent::RunFile>> Create(const agent::StoredRun& run) override;
  absl::StatusOr<std::unique_ptr<agent::RunFile>> Reopen(const agent::StoredRun& run) override;
  absl::Status Forget(const std::string& run) override;
  std::unique_ptr<agent::UndoStore> Undo(const std::string& run, int index,
                                         const provision::v1::StepBody& body) override;
  std::unique_ptr<agent::UndoSource> UndoOf(const std::string& run, int index) override;
  // A simulated host lives for hours, and keeps fewer runs than would be too many.
  absl::Status PruneUndo(const std::string&, const std::vector<std::string>&, WallMicros, const UndoLimits&) override {
    return absl::OkStatus();
  }

 private:
  SimDisk& disk_;
  Mortal& life_;
  Faults& faults_;
};

class SimBootGuard final : public agent::BootGuard {
 public:
  SimBootGuard(SimDisk& disk, Mortal& life) : disk_(disk), life_(life) {}
  absl::Status Arm() override;
  void Disarm() override {
    if (!life_.dead) disk_.guarded = false;
  }

 private:
  SimDisk& disk_;
  Mortal& life_;
};

// What every call of a dead process comes to.
absl::Status Killed();

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_DISK_H_
