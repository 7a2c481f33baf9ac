// systemctl and journalctl as steps use them.
#ifndef SERVER_AGENT_STEPS_SYSTEMCTL_H_
#define SERVER_AGENT_STEPS_SYSTEMCTL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

// Properties of a unit, as `systemctl show` prints them; a unit that systemd does not know has load_state "not-found".
struct UnitStatus {
  std::string load_state;          // "loaded", "not-found", "masked", "bad-setting", "error"
  std::string active_state;        // "active", "inactive", "failed", "activating", "deactivating", "reloading"
  std::string sub_state;           // "running", "exited", "dead", "auto-restart" ...
  std::string file;                // what it was read from; empty: from none
  std::string file_state;          // "enabled", "disabled", "static", "masked", "generated", "alias", "" ...
  std::string type;                // "simple", "oneshot" ...; empty for units that are not services
  std::string result;              // "success", "exit-code" ...
  std::string invocation_id;       // of the current or last run
  std::string restarts;            // NRestarts
  MonoMicros active_since_us = 0;  // when it last became active
  bool need_reload = false;        // files changed since systemd read them
  bool has_run = false;            // its main program has ended at least once since boot

  bool Active() const { return active_state == "active" || active_state == "reloading"; }
  // Active, or a oneshot service that has done its work.
  bool Started() const {
    return Active() || (type == "oneshot" && active_state == "inactive" && result == "success" && has_run);
  }
  bool Stopped() const { return active_state == "inactive" || active_state == "failed"; }
};

// Of what `systemctl show` prints: NAME=VALUE lines.
UnitStatus ParseUnitStatus(absl::string_view output);

// Needs an init.
absl::StatusOr<UnitStatus> ShowUnit(const std::string& name, StepContext& context);

// The enablement alone, read from the files of the moment; also on hosts without an init. Empty: there is no such unit.
absl::StatusOr<std::string> EnablementOnDisk(const std::string& name, StepContext& context);

// Runs `systemctl ARGUMENTS...`; SYSTEMCTL_FAILED with what it said.
absl::Status Systemctl(const std::vector<std::string>& arguments, StepContext& context);

// `systemctl VERB NAME`, VERB being one of UnitSource::RunJob's: waits until systemd is through with it.
// SYSTEMCTL_FAILED with what it said. Needs an init.
absl::Status RunUnitJob(absl::string_view verb, const std::string& name, StepContext& context);

// What the files say from now on is read by systemd. Needs an init.
absl::Status ReloadUnits(StepContext& context);
// Enables without a reload. Needs an init.
absl::Status EnableUnit(const std::string& name, StepContext& context);

// The last `lines` journal lines of a unit; empty when there are none or no journal.
std::string JournalTail(const std::string& name, int lines, StepContext& context);

// Looks until the unit has been started and stayed so, in the same run and since `begun` (when it was told to) at the
// earliest, for `window_us`, and gives the last look.
// UNIT_FAILED with its last journal lines when it fails, ends or restarts meanwhile.
absl::StatusOr<UnitStatus> AwaitStable(const std::string& name, MonoMicros begun, int64_t window_us,
                                       StepContext& context);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_SYSTEMCTL_H_
