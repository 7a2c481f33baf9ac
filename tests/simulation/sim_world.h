// SimWorld: engines, their store, a fleet, and clients; runs a seed and says what was wrong.
#ifndef TESTS_SIMULATION_SIM_WORLD_H_
#define TESTS_SIMULATION_SIM_WORLD_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "storage/memory/memory_store.h"
#include "tests/simulation/sim_engine.h"
#include "tests/simulation/sim_watch.h"

namespace pe::sim {

class SimWorld {
 public:
  explicit SimWorld(uint64_t seed);
  ~SimWorld();

  // Faults on for a while, then off, until every job has ended or it is plain that one never will. Returns what was
  // wrong; empty when everything was right.
  std::vector<std::string> Run();
  const std::map<std::string, int64_t>& coverage() const { return env_.faults.coverage(); }
  // A digest of what happened: equal for two runs of one seed.
  uint64_t trace() const { return env_.faults.trace(); }
  const std::map<std::string, std::unique_ptr<SimHost>>& hosts() const { return hosts_; }

 private:
  SimHost& Host(const std::string& name);
  void StartEngine();
  void Turn();  // one step of whatever is next
  void PumpStore();
  bool Stalled() const { return env_.clock.Mono() < stalled_until_; }
  void Misfortune();
  void KillEngine(size_t landed);
  void FailOver();
  void Sleep(int64_t micros);
  void Submit(const provision::v1::ProvisionRequest& request);
  void RunUntilQuiet(MonoMicros at_least);
  void Sweep();
  void Plan();  // what clients will do, and when
  void OnJob(const std::string& request_id, const provision::v1::Job& job);
  void CancelSomething();
  void PauseSomething();
  void ResumeAll();
  void Decide();  // about every job that waits for it
  void RollBackSomething(int number);
  std::optional<JobId> AnyJob();
  void OnGuard(SimHost& host);
  void OnRun(const std::string& run);
  void OnEffect(const std::string& host, const std::string& token);
  bool Open(const JobId& job);
  bool AllEnded();
  bool NobodyWaits();

  const uint64_t seed_;
  SimEnv env_;
  SeededRandom random_;
  MemoryStore store_;
  std::map<std::string, std::unique_ptr<SimHost>> hosts_;
  std::unique_ptr<SimEngine> engine_;
  std::unique_ptr<SimEngine> old_;           // paused beyond its lease; goes on later and does not know
  int64_t epoch_ = 0;                        // of engine_
  std::map<std::string, JobId> by_request_;  // request id -> the job that was answered
  std::map<JobId, std::unique_ptr<SimWatch>> watches_;
  std::map<std::string, JobId> last_effect_;        // by host: whose job it was
  MonoMicros refused_at_ = -10 * kMicrosPerSecond;  // a commit, last
  MonoMicros stalled_until_ = 0;                    // the store's commits
  int depth_ = 0;
  std::vector<std::string> wrong_;
};

// What later jobs have done for handlers of earlier ones.
struct Later {
  std::set<std::pair<std::string, std::string>> ran;  // job and resource whose handler a later job has run, or may have
  std::set<std::string> undone;  // tokens of handlers that ran and whose cause the host has undone: they may run again
};
Later RunLater(Store& store);

// What a seed came to, looked at when all is over; adds what is wrong, and what it has met of what
// only rollouts and pauses do. `requests`: the job of each request id.
void CheckJob(Store& store, const JobId& id, const std::string& request_id,
              const std::map<std::string, std::unique_ptr<SimHost>>& hosts, const Later& later,
              const std::function<void(const char*)>& met, const std::function<void(std::string)>& wrong);
void CheckHost(const SimHost& host, const Later& later, const std::function<void(std::string)>& wrong);
// Every handler that was notified has run, or is owed and nobody knows whether it did. `met` is told what came up.
void CheckOwed(Store& store, const std::map<std::string, JobId>& jobs,
               const std::map<std::string, std::unique_ptr<SimHost>>& hosts,
               const std::function<void(const char*)>& met, const std::function<void(std::string)>& wrong);

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_WORLD_H_
