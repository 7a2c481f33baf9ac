// Runs of many seeds: what failed, how often each fault was met, and the digest that tells that a replay is exact.
#ifndef TESTS_SIMULATION_SIM_RUN_H_
#define TESTS_SIMULATION_SIM_RUN_H_

#include <cstdint>
#include <map>
#include <string>

namespace pe::sim {

struct SeedsResult {
  uint64_t failed = 0;
  uint64_t first_failed = 0;
  std::string why;           // of the first that failed
  uint64_t trace = 0;        // of all together
  uint64_t first_trace = 0;  // of the first seed
  std::map<std::string, int64_t> coverage;
};

// Prints each seed that fails, with the reasons.
SeedsResult RunSeeds(uint64_t first, uint64_t count, bool stop_at_failure);
// A table per 1,000 seeds. False, from 100 seeds on, when a fault was never met: the run proves nothing about it.
bool PrintCoverage(const SeedsResult& result, uint64_t count);

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_RUN_H_
