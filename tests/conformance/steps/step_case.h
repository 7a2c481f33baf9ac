// StepCase: one step type in one situation, as data for the suite.
#ifndef TESTS_CONFORMANCE_STEPS_STEP_CASE_H_
#define TESTS_CONFORMANCE_STEPS_STEP_CASE_H_

#include <functional>
#include <string>
#include <vector>

#include "tests/conformance/steps/world.h"

namespace pe::agent {

struct StepCase {
  std::string name;  // letters, digits, '_'
  std::function<provision::v1::StepBody(World&)> body;
  std::function<void(World&)> set_up = [](World&) {};
  // Somebody else's change after Apply, which undo must not destroy; null: there is nothing to be changed.
  std::function<void(World&)> tamper = nullptr;
  // What undo must bring back, beside files in the root: any text that describes it. On a host the only measure.
  std::function<std::string(World&)> state = [](World&) { return std::string(); };
  std::vector<std::string> watched = {};  // on a host: paths that undo must bring back
  bool host = false;                      // needs a real host
  bool changes = true;                    // Apply says that it changed something
  bool unknown = false;                   // Observe cannot tell before
  bool repeats = false;                   // not observable after: a second Apply changes again
  bool undoable = true;                   // UNIMPLEMENTED otherwise
};

// gtest prints this.
inline void PrintTo(const StepCase& step_case, std::ostream* out) { *out << step_case.name; }

std::vector<StepCase> FileCases();     // file, directory, symlink, download
std::vector<StepCase> EditCases();     // file_edit, authorized_key, repository_key
std::vector<StepCase> CommandCases();  // exec, probe
std::vector<StepCase> AccountCases();  // user, group; hosts only
std::vector<StepCase> PackageCases();  // package, security_patches, repository; hosts only
std::vector<StepCase> UnitCases();     // unit, sysctl, hostname, probe of a unit; hosts only

}  // namespace pe::agent

#endif  // TESTS_CONFORMANCE_STEPS_STEP_CASE_H_
