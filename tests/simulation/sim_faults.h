// Faults: what goes wrong, drawn from the seed, and how often it did.
#ifndef TESTS_SIMULATION_SIM_FAULTS_H_
#define TESTS_SIMULATION_SIM_FAULTS_H_

#include <cstdint>
#include <map>
#include <random>
#include <string>

namespace pe::sim {

// Bugs that are switched on to show that a checker catches them; none in a real run.
enum class SeededBug { kNone, kRunTwice, kDropEvent };

class Faults {
 public:
  explicit Faults(uint64_t seed) : random_(seed) {}

  // True with probability 1 : `one_in`, while faults are on; counted under `name`.
  bool Hit(const char* name, uint32_t one_in) {
    if (!on_ || random_() % one_in != 0) return false;
    ++coverage_[name];
    return true;
  }
  // A draw that is no fault: delays, sizes, choices.
  uint64_t Draw(uint64_t below) { return random_() % below; }
  void Heal() { on_ = false; }
  const std::map<std::string, int64_t>& coverage() const { return coverage_; }

 private:
  std::mt19937_64 random_;
  bool on_ = true;
  std::map<std::string, int64_t> coverage_;
};

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_FAULTS_H_
