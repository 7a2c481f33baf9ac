// apt: transactions of packages through apt-get. Non-interactive, without recommended packages (what a spec names is
// what is installed, on every host alike), keeping configuration files that somebody changed.
#ifndef SERVER_AGENT_STEPS_APT_H_
#define SERVER_AGENT_STEPS_APT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

// One package of a transaction. Empty `before`: not installed; empty `after`: to be removed.
struct AptChange {
  std::string name;  // with its architecture where apt names it: "libc6:i386"
  std::string before;
  std::string after;
  std::string origins;  // of `after`: "Debian:12.8/stable, Debian-Security:12/stable-security"
};

// Lines "Inst ..." and "Remv ..." of `apt-get --simulate`, in their order.
std::vector<AptChange> ParseSimulation(absl::string_view output);

// What `apt-get ARGUMENTS...` would do. Changes nothing on the host, not even apt's caches. PACKAGE_NOT_FOUND,
// PACKAGE_VERSION_NOT_FOUND, UNMET_DEPENDENCIES, APT_FAILED.
absl::StatusOr<std::vector<AptChange>> SimulateApt(const std::vector<std::string>& arguments, StepContext& context);

// Does it: waits for dpkg's lock, downloads (can be interrupted), then runs the dpkg transaction (which cannot, except
// by force). Repairs an interrupted dpkg once. Output and percent flow to the reporter. Errors as above, and
// FETCH_FAILED.
absl::Status RunApt(const std::vector<std::string>& arguments, StepContext& context);

// Refreshes all package lists, or those of one file of sources. APT_UPDATE_FAILED when any of them could not be
// fetched.
absl::Status UpdateLists(StepContext& context, const std::string& only_sources = "");

// Whether there are any package lists; without them apt knows no candidates.
bool HaveLists(StepContext& context);

// Age of the package lists since UpdateLists last fetched all of them; a very large number when that is not known.
int64_t ListsAgeUs(StepContext& context);

// One sentence a change, for diffs: "+ tree 2.1.0-1", "- sl 5.02-1", "~ libssl3 3.0.14 -> 3.0.15".
std::string Describe(const std::vector<AptChange>& changes);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_APT_H_
