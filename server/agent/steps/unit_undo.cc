#include "server/agent/steps/unit_undo.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "server/agent/steps/path_change.h"
#include "server/agent/steps/path_state.h"

namespace pe::agent {
namespace {

using provision::v1::Unit;

// What the step leaves; empty: it does not touch that.
std::string EnablementAfter(const Unit& unit) {
  switch (unit.enablement()) {
    case Unit::ENABLED:
      return "enabled";
    case Unit::DISABLED:
      return "disabled";
    case Unit::MASKED:
      return "masked";
    default:
      return !unit.has_enabled() ? "" : unit.enabled() ? "enabled" : "disabled";
  }
}

absl::string_view RunsAfter(const Unit& unit) {
  if (unit.state() == Unit::STATE_UNSPECIFIED) return "";
  return unit.state() == Unit::STOPPED ? "no" : "yes";
}

absl::Status Enable(const std::string& name, const std::string& from, const std::string& to, StepContext& context) {
  const auto run = [&](const char* verb) {
    std::vector<std::string> arguments = {verb, name};
    if (!context.has_init) arguments.insert(arguments.begin(), "--root=/");
    return Systemctl(arguments, context);
  };
  if (to == "masked") return run("mask");
  if (from == "masked") PE_RETURN_IF_ERROR(run("unmask"));
  if (to == "enabled") return run("enable");
  return to == "disabled" ? run("disable") : absl::OkStatus();  // static, generated ...: nothing else to go back to
}

// Each line: "STATE TAB PATH".
absl::Status CheckFiles(const std::string& file_states, StepContext& context) {
  for (const absl::string_view line : absl::StrSplit(file_states, '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> file = absl::StrSplit(line, absl::MaxSplits('\t', 1));
    PE_ASSIGN_OR_RETURN(const PathState left, ParsePathState(file.first));
    PE_ASSIGN_OR_RETURN(const PathState now, LookAt(context.files, file.second));
    if (!(now == left)) return UndoConflict(file.second);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> UnitRecord(const Unit& unit, const UnitStatus& before,
                                       const std::vector<std::string>& files, StepContext& context) {
  std::string file_states;
  for (const std::string& path : files) {
    PE_ASSIGN_OR_RETURN(const PathState state, LookAt(context.files, path));
    absl::StrAppend(&file_states, ToText(state), "\t", path, "\n");
  }
  return Serialize({{"unit", unit.name()},
                    {"files", file_states},
                    {"enablement_before", before.file_state},
                    {"enablement_after", EnablementAfter(unit)},
                    {"runs_before", before.Active() ? "yes" : "no"},
                    {"runs_after", context.has_init ? std::string(RunsAfter(unit)) : ""},
                    {"oneshot", before.type == "oneshot" ? "yes" : ""}});
}

absl::Status UndoUnitState(const Record& record, StepContext& context) {
  const std::string name = ValueOf(record, "unit");
  const std::string enablement_before = ValueOf(record, "enablement_before"),
                    enablement_after = ValueOf(record, "enablement_after");
  const std::string runs_before = ValueOf(record, "runs_before"), runs_after = ValueOf(record, "runs_after");
  UnitStatus now;
  if (context.has_init) {
    PE_ASSIGN_OR_RETURN(now, ShowUnit(name, context));
  } else {
    PE_ASSIGN_OR_RETURN(now.file_state, EnablementOnDisk(name, context));
  }
  // Gone, file and all (the undo of its file came before): it neither runs nor starts at boot.
  const bool was_off = enablement_after.empty() || enablement_before.empty() || enablement_before == "disabled";
  const bool was_idle = runs_before != "yes" && was_off;
  if (now.load_state == "not-found" && was_idle) return absl::OkStatus();
  const std::string runs_now = now.Active() ? "yes" : "no";
  const bool ours_enablement = !enablement_after.empty() && now.file_state != enablement_before;
  if (ours_enablement && now.file_state != enablement_after)
    return UndoConflict(absl::StrCat(name, " (", now.file_state, " now)"));
  const bool ours_state = !runs_after.empty() && ValueOf(record, "oneshot").empty() && runs_now != runs_before;
  if (ours_state && runs_now != runs_after) return UndoConflict(absl::StrCat(name, " (", now.active_state, " now)"));
  if (ours_state || ours_enablement) PE_RETURN_IF_ERROR(CheckFiles(ValueOf(record, "files"), context));
  if (ours_state) PE_RETURN_IF_ERROR(RunUnitJob(runs_before == "yes" ? "start" : "stop", name, context));
  return ours_enablement ? Enable(name, now.file_state, enablement_before, context) : absl::OkStatus();
}

}  // namespace pe::agent
