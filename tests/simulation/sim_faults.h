// Faults: what goes wrong, drawn from the seed, how often it did, and a digest of all that happened.
#ifndef TESTS_SIMULATION_SIM_FAULTS_H_
#define TESTS_SIMULATION_SIM_FAULTS_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <string>

#include "absl/strings/string_view.h"
#include "tests/simulation/sim_clock.h"

namespace pe::sim {

class Faults {
 public:
  explicit Faults(uint64_t seed) : random_(seed) {}

  // True with probability 1 : `one_in`, while faults are on; counted under `name`.
  bool Hit(const char* name, uint32_t one_in) {
    if (!on_ || random_() % one_in != 0) return false;
    ++coverage_[name];
    if (Told()) std::printf("  FAULT %s\n", name);
    return true;
  }
  // What happens without a draw, counted too.
  void Met(const char* name) { ++coverage_[name]; }
  // A draw that is no fault: delays, sizes, choices.
  uint64_t Draw(uint64_t below) { return random_() % below; }
  void Heal() { on_ = false; }
  bool on() const { return on_; }
  const std::map<std::string, int64_t>& coverage() const { return coverage_; }

  // Whether PE_SIMULATION_STORY asks for frames and faults to be printed, to look into a seed that failed.
  static bool Told() {
    static const bool told = std::getenv("PE_SIMULATION_STORY") != nullptr;
    return told;
  }
  // Takes an occurrence into the trace's digest (FNV-1a), which tells whether two runs of a seed are the same.
  void Trace(absl::string_view what, int64_t number) {
    for (const char c : what) trace_ = (trace_ ^ static_cast<uint8_t>(c)) * 0x100000001b3;
    trace_ = (trace_ ^ static_cast<uint64_t>(number)) * 0x100000001b3;
  }
  uint64_t trace() const { return trace_; }

 private:
  std::mt19937_64 random_;
  bool on_ = true;
  uint64_t trace_ = 0xcbf29ce484222325;
  std::map<std::string, int64_t> coverage_;
};

// What everything in a simulated world shares; outlives all of it.
struct SimEnv {
  explicit SimEnv(uint64_t seed) : faults(seed) {}

  SimClock clock;
  Faults faults;
  // Lets the world go on for so long, within a step that takes its time.
  std::function<void(int64_t micros)> sleep;
  // A step's effect has happened.
  std::function<void(const std::string& host, const std::string& token)> on_effect;
  // An engine has a run begun.
  std::function<void(const std::string& run)> on_run;
  // A guarded step waits to be confirmed.
  std::function<void(const std::string& host)> on_guard;
  std::function<void(std::string)> wrong;

  int64_t Within(int64_t micros) { return static_cast<int64_t>(faults.Draw(static_cast<uint64_t>(micros))); }
};

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_FAULTS_H_
