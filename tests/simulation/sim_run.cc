#include "tests/simulation/sim_run.h"

#include <algorithm>
#include <cstdio>

#include "tests/simulation/sim_world.h"

namespace pe::sim {
namespace {

constexpr const char* kFaults[] = {"engine killed",
                                   "job approved",
                                   "job rejected",
                                   "engine killed before a commit",
                                   "engine killed between commit and effects",
                                   "engine paused beyond its lease",
                                   "commit takes long",
                                   "commit refused: no space",
                                   "commit unknown: lost",
                                   "commit unknown: applied",
                                   "worker killed",
                                   "worker killed before a journal write",
                                   "worker killed within a journal write",
                                   "worker killed after a journal write",
                                   "worker killed before an effect",
                                   "worker killed between effect and result",
                                   "journal write failed",
                                   "host rebooted",
                                   "host rebooted between effect and result",
                                   "step failed",
                                   "step interrupted",
                                   "host cut off by a step",
                                   "partition while a guarded step waits",
                                   "worker killed while a guarded step waits",
                                   "host rebooted while a guarded step waits",
                                   "engine killed while a guarded step waits",
                                   "connection refused",
                                   "partition",
                                   "cut towards the host",
                                   "cut towards the engine",
                                   "half-open",
                                   "frame delayed",
                                   "frame lost",
                                   "frame to the host delivered twice",
                                   "report delivered twice",
                                   "reports in another order",
                                   "clock jump",
                                   "an owed handler run by a later job",
                                   "an owed handler not run",
                                   "a plan",
                                   "job paused",
                                   "wave after wave",
                                   "wave soaked",
                                   "health gate failed",
                                   "failure budget spent",
                                   "paused after the canary"};

}  // namespace

SeedsResult RunSeeds(uint64_t first, uint64_t count, bool stop_at_failure) {
  SeedsResult out;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    SimWorld world(seed);
    const auto wrong = world.Run();
    for (const auto& [name, hits] : world.coverage()) out.coverage[name] += hits;
    for (const auto& [name, host] : world.hosts()) out.coverage["step interrupted"] += host->interrupted;
    out.trace = (out.trace ^ world.trace()) * 0x100000001b3;
    if (seed == first) out.first_trace = world.trace();
    for (const std::string& what : wrong)
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), what.c_str());
    if (wrong.empty()) continue;
    if (++out.failed == 1) out.first_failed = seed, out.why = wrong.front();
    if (stop_at_failure) return out;
  }
  return out;
}

bool PrintCoverage(const SeedsResult& result, uint64_t count) {
  bool covered = true;
  std::printf("  %-44s per 1,000 seeds\n", "");
  for (const char* name : kFaults) {
    const auto found = result.coverage.find(name);
    const int64_t hits = found == result.coverage.end() ? 0 : found->second;
    std::printf("  %-44s %10.1f\n", name,
                1000.0 * static_cast<double>(hits) / static_cast<double>(std::max<uint64_t>(1, count)));
    if (hits > 0 || count < 100) continue;
    covered = false;
    std::printf("  ^ never happened: the run proves nothing about it\n");
  }
  return covered;
}

}  // namespace pe::sim
