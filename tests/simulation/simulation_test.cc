// simulation_test [--seed N | --seeds N] [--first N]: runs seeds; PE_SIMULATION_SEEDS says how many, else 20,000.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/simulation/sim_run.h"

int main(int argc, char** argv) {
  using namespace pe::sim;
  const char* wanted = std::getenv("PE_SIMULATION_SEEDS");
  uint64_t first = 1, count = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 20'000;
  for (int i = 1; i + 1 < argc; i += 2) {
    const uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--seed") == 0) first = value, count = 1;
    if (std::strcmp(argv[i], "--seeds") == 0) count = value;
    if (std::strcmp(argv[i], "--first") == 0) first = value;
  }
  const auto began = std::chrono::steady_clock::now();
  SeedsResult result = RunSeeds(first, count, /*stop_at_failure=*/false);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("%llu seeds, %llu failed, %.1f s, trace %016llx\n", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(result.failed), took.count(),
              static_cast<unsigned long long>(result.trace));
  const bool covered = PrintCoverage(result, count);
  const bool exact = RunSeeds(first, 1, false).first_trace == result.first_trace;
  if (!exact) std::printf("the first seed, run again, is another run: failures could not be replayed\n");
  return result.failed == 0 && covered && exact ? 0 : 1;
}
