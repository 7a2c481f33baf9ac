// simulation_test [--seed N | --seeds N] [--first N]: runs seeds; in ctest, a fixed number of them.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "tests/simulation/sim_world.h"

namespace pe::sim {
namespace {

bool RunSeed(uint64_t seed, SeededBug bug, std::map<std::string, int64_t>* coverage) {
  SimWorld world(seed, bug);
  const auto wrong = world.Run();
  for (const auto& [name, hits] : world.coverage()) (*coverage)[name] += hits;
  if (bug == SeededBug::kNone) {
    for (const std::string& what : wrong)
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), what.c_str());
  }
  return wrong.empty();
}

// Every checker is shown to catch a bug: with the bug switched on, some seed must fail.
bool Catches(SeededBug bug, const char* name) {
  std::map<std::string, int64_t> unused;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    if (!RunSeed(seed, bug, &unused)) {
      std::printf("seeded bug '%s': caught by seed %llu\n", name, static_cast<unsigned long long>(seed));
      return true;
    }
  }
  std::printf("seeded bug '%s': NOT caught\n", name);
  return false;
}

int Main(int argc, char** argv) {
  uint64_t first = 1, count = 2000;
  for (int i = 1; i + 1 < argc; i += 2) {
    const uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--seed") == 0) first = value, count = 1;
    if (std::strcmp(argv[i], "--seeds") == 0) count = value;
    if (std::strcmp(argv[i], "--first") == 0) first = value;
  }
  std::map<std::string, int64_t> coverage;
  uint64_t failed = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) failed += !RunSeed(seed, SeededBug::kNone, &coverage);
  std::printf("%llu seeds, %llu failed\n", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(failed));
  bool covered = true;
  for (const char* name :
       {"engine killed", "reboot between effect and result", "host rebooted", "connection refused",
        "cut towards the host", "cut towards the engine", "half-open", "report delivered twice",
        "commit refused: no space", "commit unknown: lost", "commit unknown: applied", "clock jump"}) {
    std::printf("  %-36s %lld\n", name, static_cast<long long>(coverage[name]));
    covered = covered && (count < 100 || coverage[name] > 0);
  }
  if (!covered) std::printf("a fault never happened: the run proves nothing about it\n");
  if (count >= 100 && (!Catches(SeededBug::kRunTwice, "an effect happens again after a reboot") ||
                       !Catches(SeededBug::kDropEvent, "an event is not delivered")))
    return 1;
  return failed == 0 && covered ? 0 : 1;
}

}  // namespace
}  // namespace pe::sim

int main(int argc, char** argv) { return pe::sim::Main(argc, argv); }
