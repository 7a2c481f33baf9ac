// mutants_test                the checkers without a bug: must pass
// mutants_test --list         names of the mutants
// mutants_test --mutant NAME  one bug, and the checker that must catch it: 0 when it is caught, 3 when it survives
// A name that is no mutant's is a bug that nobody has seeded: it survives, which shows that surviving is noticed.
#include "tests/mutants/mutants.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "base/mutant.h"
#include "tests/simulation/sim_run.h"

namespace pe {
namespace {

constexpr uint64_t kSeeds = 1500;  // at most, for one mutant
constexpr int kSurvived = 3;

class FirstFailure final : public testing::EmptyTestEventListener {
 public:
  std::string name;
  void OnTestEnd(const testing::TestInfo& info) override {
    if (name.empty() && info.result()->Failed()) name = std::string(info.test_suite_name()) + "." + info.name();
  }
};

// Who caught it; empty when nobody did.
std::string CaughtBy(const std::string& checker) {
  if (checker == kSimulation) {
    const sim::SeedsResult result = sim::RunSeeds(1, kSeeds, /*stop_at_failure=*/true);
    return result.failed == 0 ? "" : "simulation, seed " + std::to_string(result.first_failed) + ": " + result.why;
  }
  auto* const failure = new FirstFailure;  // owned by gtest from here on
  testing::UnitTest::GetInstance()->listeners().Append(failure);
  GTEST_FLAG_SET(filter, checker);
  if (RUN_ALL_TESTS() == 0) return "";
  return failure->name;
}

// What a mutant leaked comes to us when its parent has ended.
void EndLeaked() {
  std::ifstream children("/proc/self/task/" + std::to_string(getpid()) + "/children");
  for (pid_t pid = 0; children >> pid;) kill(pid, SIGKILL);
}

int TryMutant(const char* name) {
  active_mutant = name;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::string checker = kSimulation;
  for (const Mutant& mutant : kMutants) {
    if (std::strcmp(mutant.name, name) == 0) checker = mutant.checker;
  }
  const std::string by = CaughtBy(checker);
  EndLeaked();
  std::printf("%s %s\n", by.empty() ? "SURVIVED" : "CAUGHT", by.c_str());
  return by.empty() ? kSurvived : 0;
}

int Main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
    for (const Mutant& mutant : kMutants) std::printf("%s\t%s\n", mutant.name, mutant.bug);
    return 0;
  }
  if (argc == 3 && std::strcmp(argv[1], "--mutant") == 0) return TryMutant(argv[2]);
  const std::string by = CaughtBy(kSimulation) + CaughtBy("*");
  std::printf("%s\n", by.empty() ? "without a bug: everything passes" : by.c_str());
  return by.empty() ? 0 : 1;
}

}  // namespace
}  // namespace pe

int main(int argc, char** argv) { return pe::Main(argc, argv); }
