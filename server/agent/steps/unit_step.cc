// unit: a systemd unit's file, drop-ins, enablement and state. A changed file is made known to systemd, but only
// RESTARTED and RELOADED (handlers, usually) disturb a unit that runs. Without an init there is no state: the unit is
// only enabled.
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "server/agent/steps/parent_directories.h"
#include "server/agent/steps/program.h"
#include "server/agent/steps/systemctl.h"
#include "server/agent/steps/types.h"
#include "server/agent/steps/unit_undo.h"
#include "server/agent/steps/whole_file.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;
using provision::v1::Unit;

constexpr int64_t kStableWindowMs = 1000;

std::string FolderFile(const Unit& unit) { return absl::StrCat("/etc/systemd/system/", unit.name()); }

// REQUIRES: `unit` outlives the result.
std::vector<WholeFile> FilesOf(const Unit& unit) {
  std::vector<WholeFile> files;
  if (!unit.content().empty())
    files.push_back({.path = FolderFile(unit), .content = &unit.content(), .attributes = {.mode = "0644"}});
  for (const auto& drop_in : unit.drop_ins()) {
    files.push_back({.path = absl::StrCat(FolderFile(unit), ".d/", drop_in.name()),
                     .content = &drop_in.content(),
                     .attributes = {.mode = "0644"}});
  }
  return files;
}

std::vector<std::string> PathsOf(const Unit& unit) {
  std::vector<std::string> paths;
  for (const WholeFile& file : FilesOf(unit)) paths.push_back(file.path);
  return paths;
}

Unit::Enablement WantedEnablement(const Unit& unit) {
  if (unit.enablement() != Unit::ENABLEMENT_UNSPECIFIED || !unit.has_enabled()) return unit.enablement();
  return unit.enabled() ? Unit::ENABLED : Unit::DISABLED;
}

bool EnablementMet(Unit::Enablement wanted, const std::string& now) {
  switch (wanted) {
    case Unit::ENABLED:
      return now == "enabled" || now == "indirect" || now == "alias";
    case Unit::DISABLED:
      return now == "disabled" || now == "static" || now == "indirect" || now == "generated";
    case Unit::MASKED:
      return now == "masked";
    default:
      return true;
  }
}

bool StateMet(Unit::State wanted, const UnitStatus& now) {
  switch (wanted) {
    case Unit::STARTED:
      return now.Started();
    case Unit::STOPPED:
      return now.Stopped();
    case Unit::RESTARTED:
    case Unit::RELOADED:
      return false;
    default:
      return true;
  }
}

absl::string_view Verb(Unit::State state) {
  switch (state) {
    case Unit::STARTED:
      return "start";
    case Unit::STOPPED:
      return "stop";
    case Unit::RESTARTED:
      return "restart";
    case Unit::RELOADED:
      return "reload-or-restart";
    default:
      return "";
  }
}

absl::StatusOr<UnitStatus> LookAtUnit(const Unit& unit, StepContext& context) {
  if (context.has_init) return ShowUnit(unit.name(), context);
  UnitStatus status;
  if (WantedEnablement(unit) == Unit::ENABLEMENT_UNSPECIFIED) return status;
  absl::StatusOr<std::string> offline = EnablementOnDisk(unit.name(), context);
  // In a plan, the step that installs systemd may still be ahead.
  if (absl::IsNotFound(offline.status())) offline = std::string();
  PE_RETURN_IF_ERROR(offline.status());
  status.file_state = *offline;
  return status;
}

absl::Status CheckInstallable(const Unit& unit, const std::string& file_state) {
  if (WantedEnablement(unit) != Unit::ENABLED || (file_state != "static" && file_state != "generated"))
    return absl::OkStatus();
  return StepError(
      absl::StatusCode::kFailedPrecondition, "UNIT_NOT_INSTALLABLE",
      absl::StrCat(unit.name(), " is ", file_state, ": it has no [Install] section, so it cannot be enabled"),
      "leave `enabled` unset, or give the unit an [Install] section");
}

absl::Status CheckKnown(const Unit& unit, const UnitStatus& now) {
  if (now.load_state == "not-found" && WantedEnablement(unit) != Unit::MASKED && unit.state() != Unit::STOPPED) {
    return StepError(absl::StatusCode::kNotFound, "UNIT_NOT_FOUND", absl::StrCat("systemd knows no unit ", unit.name()),
                     "install the package that brings it, or give its `content`");
  }
  return CheckInstallable(unit, now.file_state);
}

// How systemctl is to go about enablements.
constexpr const char* kOfflineRoot = "--root=/";
constexpr const char* kWithoutReload = "--no-reload";

// `how`: nothing, or one of the two above.
absl::Status SetEnablement(const Unit& unit, const std::string& now, const char* how, StepContext& context) {
  const auto run = [&](const char* verb) {
    std::vector<std::string> arguments = {verb, unit.name()};
    if (how != nullptr) arguments.insert(arguments.begin(), how);
    return Systemctl(arguments, context);
  };
  const Unit::Enablement wanted = WantedEnablement(unit);
  if (wanted == Unit::MASKED) return run("mask");
  if (now == "masked") PE_RETURN_IF_ERROR(run("unmask"));
  if (wanted == Unit::ENABLED && how == kWithoutReload) return EnableUnit(unit.name(), context);
  return run(wanted == Unit::ENABLED ? "enable" : "disable");
}

// The links that enabling makes, as far as they are still to be made.
absl::Status EnableWithoutReload(const Unit& unit, const Observation& seen, StepContext& context) {
  if (WantedEnablement(unit) == Unit::ENABLEMENT_UNSPECIFIED) return absl::OkStatus();
  UnitStatus before;
  PE_ASSIGN_OR_RETURN(before.file_state, EnablementOnDisk(unit.name(), context));
  PE_RETURN_IF_ERROR(CheckInstallable(unit, before.file_state));
  // Empty: a unit of systemd's own making, say; it is seen after the reload.
  if (before.file_state.empty() || EnablementMet(WantedEnablement(unit), before.file_state)) return absl::OkStatus();
  const auto active = seen.values.find("active_state");
  if (active != seen.values.end()) before.active_state = active->second;
  Unit enablement = unit;
  enablement.clear_state();
  PE_ASSIGN_OR_RETURN(const std::string record, UnitRecord(enablement, before, PathsOf(unit), context));
  PE_RETURN_IF_ERROR(context.undo.Record(record));
  return SetEnablement(unit, before.file_state, kWithoutReload, context);
}

// A unit that systemd did not know is read from its file when it is first asked for. That its target wants it matters
// at the target's next start, which is the next boot's: this step starts the unit. Other links take effect at once, so
// systemd is to know of them at once.
bool ReadWhenAskedFor(const Unit& unit, const Observation& seen) {
  const auto known = seen.values.find("unit_file_state");
  if (known == seen.values.end() || !known->second.empty()) return false;
  if (unit.content().empty() || unit.drop_ins_size() > 0 || Verb(unit.state()).empty()) return false;
  if (unit.state() == Unit::STOPPED || WantedEnablement(unit) == Unit::MASKED) return false;
  const absl::string_view at_once[] = {"RequiredBy", "UpheldBy", "Alias", "Also"};
  return absl::c_none_of(at_once, [&](absl::string_view key) { return absl::StrContains(unit.content(), key); });
}

// Makes changed files and enablement known to systemd, with at most one reload: that costs more than all else that a
// step does, and a large host's more than a small one's. Returns the unit as it then is.
absl::StatusOr<UnitStatus> MakeKnown(const Unit& unit, const Observation& seen, StepContext& context) {
  PE_RETURN_IF_ERROR(EnableWithoutReload(unit, seen, context));
  if (ReadWhenAskedFor(unit, seen)) {
    PE_ASSIGN_OR_RETURN(UnitStatus now, ShowUnit(unit.name(), context));
    if (now.load_state == "loaded" && now.file == FolderFile(unit) && !now.need_reload) return now;
  }
  PE_RETURN_IF_ERROR(ReloadUnits(context));
  return ShowUnit(unit.name(), context);
}

// `now`: as it is; what it has become afterwards.
absl::Status SetState(const Unit& unit, UnitStatus& now, StepContext& context) {
  const MonoMicros begun = context.clock.Mono();
  const absl::Status done = RunUnitJob(Verb(unit.state()), unit.name(), context);
  if (!done.ok() && DetailsOf(done).error_code != "SYSTEMCTL_FAILED") return done;
  if (unit.state() == Unit::STOPPED && done.ok()) {
    PE_ASSIGN_OR_RETURN(now, ShowUnit(unit.name(), context));
    return done;
  }
  if (unit.state() == Unit::STOPPED) return done;
  if (!done.ok()) {
    const std::string journal = JournalTail(unit.name(), 20, context);
    return StepError(absl::StatusCode::kFailedPrecondition, "UNIT_FAILED",
                     absl::StrCat(done.message(), journal.empty() ? "" : "; its last lines:\n", journal),
                     absl::StrCat("`journalctl -u ", unit.name(), "` on the host has the whole story"),
                     DetailsOf(done).exit_code);
  }
  const int64_t window_ms = unit.stable_window_ms() > 0 ? unit.stable_window_ms() : kStableWindowMs;
  PE_ASSIGN_OR_RETURN(now, AwaitStable(unit.name(), begun, window_ms * kMicrosPerMilli, context));
  return absl::OkStatus();
}

std::string Sentence(const Unit& unit, const UnitStatus& now, const StepContext& context) {
  std::string text = unit.name();
  if (!now.file_state.empty()) absl::StrAppend(&text, " is ", now.file_state);
  if (context.has_init) absl::StrAppend(&text, now.file_state.empty() ? " is " : ", ", now.active_state);
  if (!context.has_init && unit.state() != Unit::STATE_UNSPECIFIED)
    absl::StrAppend(&text, "; no init runs here, so its state is left to the boot");
  return text;
}

// What is still missing of enablement and state; true when something was. `now`: as it is, then as it has become.
absl::StatusOr<bool> BringAbout(const Unit& unit, UnitStatus& now, StepContext& context) {
  const bool state_met = !context.has_init || StateMet(unit.state(), now);
  const bool enablement_met = EnablementMet(WantedEnablement(unit), now.file_state);
  if (state_met && enablement_met) return false;
  Unit missing = unit;
  if (state_met) missing.clear_state();
  if (enablement_met) {
    missing.clear_enablement();
    missing.clear_enabled();
  }
  PE_ASSIGN_OR_RETURN(const std::string record, UnitRecord(missing, now, PathsOf(unit), context));
  PE_RETURN_IF_ERROR(context.undo.Record(record));
  if (!enablement_met) {
    PE_RETURN_IF_ERROR(SetEnablement(unit, now.file_state, context.has_init ? nullptr : kOfflineRoot, context));
    if (state_met) {
      PE_ASSIGN_OR_RETURN(now, LookAtUnit(unit, context));
    }
  }
  if (!state_met) PE_RETURN_IF_ERROR(SetState(unit, now, context));
  return true;
}

class UnitStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const Unit& unit = body.unit();
    std::vector<std::string> problems;
    Observation seen;
    for (const WholeFile& file : FilesOf(unit)) {
      PE_ASSIGN_OR_RETURN(const Observation one, Compare(file, context));
      if (one.right) continue;
      problems.push_back(one.summary);
      seen.diff += one.diff;
    }
    PE_ASSIGN_OR_RETURN(const UnitStatus now, LookAtUnit(unit, context));
    if (!EnablementMet(WantedEnablement(unit), now.file_state)) {
      problems.push_back(absl::StrCat("is ", now.file_state.empty() ? "not known yet" : now.file_state, " instead of ",
                                      WantedEnablement(unit) == Unit::ENABLED  ? "enabled"
                                      : WantedEnablement(unit) == Unit::MASKED ? "masked"
                                                                               : "disabled"));
    }
    if (context.has_init && now.need_reload) problems.push_back("systemd has not read its files since they changed");
    if (context.has_init && !StateMet(unit.state(), now))
      problems.push_back(absl::StrCat("is ", now.active_state, ", to be ", Verb(unit.state()), "ed"));
    seen.right = problems.empty();
    seen.summary =
        seen.right ? Sentence(unit, now, context) : absl::StrCat(unit.name(), ": ", absl::StrJoin(problems, ", "));
    seen.values = {
        {"active_state", now.active_state}, {"unit_file_state", now.file_state}, {"invocation_id", now.invocation_id}};
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation& seen, StepContext& context) const override {
    const Unit& unit = body.unit();
    bool changed = false;
    for (const WholeFile& file : FilesOf(unit)) {
      PE_RETURN_IF_ERROR(MakeParents(file.path, context));
      PE_ASSIGN_OR_RETURN(const bool put, Put(file, context));
      changed |= put;
    }
    UnitStatus now;
    if (!changed || !context.has_init) {
      PE_ASSIGN_OR_RETURN(now, LookAtUnit(unit, context));
    }
    if (context.has_init && (changed || now.need_reload)) {
      PE_ASSIGN_OR_RETURN(now, MakeKnown(unit, seen, context));
      changed = true;
    }
    PE_RETURN_IF_ERROR(CheckKnown(unit, now));
    PE_ASSIGN_OR_RETURN(const bool brought, BringAbout(unit, now, context));
    return Applied{.changed = changed || brought,
                   .message = Sentence(unit, now, context),
                   .values = {{"active_state", now.active_state},
                              {"unit_file_state", now.file_state},
                              {"invocation_id", now.invocation_id}}};
  }

  absl::Status Undo(const StepBody&, absl::string_view text, StepContext& context) const override {
    PE_ASSIGN_OR_RETURN(const Record record, ParseRecord(text));
    if (!IsPathRecord(record)) return UndoUnitState(record, context);
    PE_RETURN_IF_ERROR(UndoPath(record, context));
    return context.has_init ? ReloadUnits(context) : absl::OkStatus();
  }

  bool ObservableAfter(const StepBody& body) const override {
    return body.unit().state() != Unit::RESTARTED && body.unit().state() != Unit::RELOADED;
  }
};

}  // namespace

const StepType& UnitType() {
  static const UnitStep type;
  return type;
}

}  // namespace pe::agent
