#include "server/agent/steps/systemctl.h"

#include <time.h>

#include <algorithm>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/agent/steps/program.h"

namespace pe::agent {
namespace {

const std::vector<std::string>& PropertyNames() {
  static const std::vector<std::string> names = {"LoadState",
                                                 "ActiveState",
                                                 "SubState",
                                                 "FragmentPath",
                                                 "UnitFileState",
                                                 "NeedDaemonReload",
                                                 "InvocationID",
                                                 "Type",
                                                 "Result",
                                                 "NRestarts",
                                                 "ExecMainExitTimestampMonotonic",
                                                 "ActiveEnterTimestampMonotonic"};
  return names;
}

constexpr int kJournalLines = 20;
constexpr int64_t kLookEveryUs = 200 * kMicrosPerMilli;

absl::Status UnitFailed(const std::string& name, const UnitStatus& now, absl::string_view what, StepContext& context) {
  const std::string journal = JournalTail(name, kJournalLines, context);
  return StepError(absl::StatusCode::kFailedPrecondition, "UNIT_FAILED",
                   absl::StrCat(name, " ", what, " (", now.active_state, ", ", now.sub_state, ", result ",
                                now.result.empty() ? "none" : now.result, ")",
                                journal.empty() ? "" : "; its last lines:\n", journal),
                   absl::StrCat("`journalctl -u ", name, "` on the host has the whole story"));
}

// How far the clock that counts a suspended host's time, which is ours, is ahead of systemd's, which does not.
int64_t SuspendedMicros() {
  timespec boot{}, mono{};
  clock_gettime(CLOCK_MONOTONIC, &mono);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  const int64_t ahead = (boot.tv_sec - mono.tv_sec) * kMicrosPerSecond + (boot.tv_nsec - mono.tv_nsec) / 1000;
  return ahead < kMicrosPerMilli ? 0 : ahead;  // less is the time between the two looks
}

std::map<std::string, std::string> ParseProperties(absl::string_view output) {
  std::map<std::string, std::string> values;
  for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    const size_t equals = line.find('=');
    if (equals != absl::string_view::npos) values.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return values;
}

UnitStatus ToUnitStatus(const std::map<std::string, std::string>& values) {
  const auto text = [&](const char* key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
  };
  int64_t active_since = 0;
  (void)absl::SimpleAtoi(text("ActiveEnterTimestampMonotonic"), &active_since);
  const std::string ended = text("ExecMainExitTimestampMonotonic");
  return {.load_state = text("LoadState"),
          .active_state = text("ActiveState"),
          .sub_state = text("SubState"),
          .file = text("FragmentPath"),
          .file_state = text("UnitFileState"),
          .type = text("Type"),
          .result = text("Result"),
          .invocation_id = text("InvocationID"),
          .restarts = text("NRestarts"),
          .active_since_us = active_since == 0 ? 0 : active_since + SuspendedMicros(),
          .need_reload = text("NeedDaemonReload") == "yes",
          .has_run = !ended.empty() && ended != "0"};
}

}  // namespace

UnitStatus ParseUnitStatus(absl::string_view output) { return ToUnitStatus(ParseProperties(output)); }

absl::StatusOr<UnitStatus> ShowUnit(const std::string& name, StepContext& context) {
  if (context.units != nullptr) {
    const auto values = context.units->Properties(name, PropertyNames(), context.cancel);
    if (values.ok()) return ToUnitStatus(*values);
  }
  const Command command{
      .argv = {"systemctl", "show", "--no-pager", "-p", absl::StrJoin(PropertyNames(), ","), "--", name},
      .timeout_us = kObserveTimeoutUs};
  PE_ASSIGN_OR_RETURN(const CommandResult result,
                      RunOrFail(command, context, "SYSTEMCTL_FAILED", "see whether systemd answers on the host"));
  return ParseUnitStatus(result.standard_output);
}

absl::StatusOr<std::string> EnablementOnDisk(const std::string& name, StepContext& context) {
  if (context.units != nullptr && context.has_init) {
    const absl::StatusOr<std::string> state = context.units->FileState(name, context.cancel);
    if (absl::IsNotFound(state.status())) return std::string();
    if (state.ok()) return state;
  }
  const Command command{.argv = {"systemctl", "--root=/", "is-enabled", "--", name}, .timeout_us = kObserveTimeoutUs};
  // Its exit code says no more than its output; for an unknown unit there is only an error text.
  PE_ASSIGN_OR_RETURN(const CommandResult result, RunProgram(command, context));
  return std::string(absl::StripAsciiWhitespace(result.standard_output));
}

absl::Status Systemctl(const std::vector<std::string>& arguments, StepContext& context) {
  Command command{.argv = {"systemctl", "--no-ask-password", "--no-pager"}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return RunOrFail(Streamed(std::move(command), context), context, "SYSTEMCTL_FAILED",
                   absl::StrCat("`systemctl status ", arguments.back(), "` on the host may say more"))
      .status();
}

absl::Status RunUnitJob(absl::string_view verb, const std::string& name, StepContext& context) {
  absl::StatusOr<std::string> ended = absl::UnavailableError("no init to ask");
  if (context.units != nullptr) ended = context.units->RunJob(verb, name, context.cancel);
  if (absl::IsUnavailable(ended.status())) return Systemctl({std::string(verb), name}, context);  // or it says why not
  PE_RETURN_IF_ERROR(NotCancelled(context));
  if (ended.ok() && (*ended == "done" || *ended == "skipped")) return absl::OkStatus();
  const std::string how = ended.ok() ? absl::StrCat("ended with '", *ended, "'")
                                     : absl::StrCat("was lost sight of: ", ended.status().message());
  return StepError(absl::StatusCode::kFailedPrecondition, "SYSTEMCTL_FAILED",
                   absl::StrCat("systemd's job to ", verb, " ", name, " ", how),
                   absl::StrCat("`systemctl status ", name, "` on the host may say more"));
}

absl::Status ReloadUnits(StepContext& context) {
  if (context.units != nullptr && context.units->Reload(context.cancel).ok()) return absl::OkStatus();
  return Systemctl({"daemon-reload"}, context);
}

absl::Status EnableUnit(const std::string& name, StepContext& context) {
  if (context.units != nullptr && context.units->Enable(name, context.cancel).ok()) return absl::OkStatus();
  return Systemctl({"--no-reload", "enable", name}, context);  // or it says better why not
}

std::string JournalTail(const std::string& name, int lines, StepContext& context) {
  const Command command{.argv = {"journalctl", "--no-pager", "-q", "-u", name, "-n", absl::StrCat(lines), "-o", "cat"},
                        .timeout_us = kObserveTimeoutUs};
  const absl::StatusOr<CommandResult> result = RunProgram(command, context);
  return result.ok() && result->ok() ? std::string(absl::StripTrailingAsciiWhitespace(result->standard_output)) : "";
}

absl::StatusOr<UnitStatus> AwaitStable(const std::string& name, MonoMicros begun, int64_t window_us,
                                       StepContext& context) {
  std::string invocation, restarts;
  MonoMicros since = 0;
  while (true) {
    PE_ASSIGN_OR_RETURN(const UnitStatus now, ShowUnit(name, context));
    const MonoMicros at = context.clock.Mono();
    if (now.active_state == "failed") return UnitFailed(name, now, "failed", context);
    if (!now.Started() && since != 0) return UnitFailed(name, now, "did not stay active", context);
    if (!now.Started() && now.Stopped()) return UnitFailed(name, now, "is not active after its start", context);
    if (now.Started() && since != 0 && now.restarts != restarts)
      return UnitFailed(name, now, "restarts again and again", context);
    if (now.Started() && (since == 0 || now.invocation_id != invocation)) {
      since = now.Active() && now.active_since_us > 0 ? std::clamp(now.active_since_us, begun, at) : at;
      invocation = now.invocation_id, restarts = now.restarts;
    }
    if (now.Started() && at - since >= window_us) return now;
    const int64_t left = since == 0 ? kLookEveryUs : std::min(kLookEveryUs, window_us - (at - since));
    PE_RETURN_IF_ERROR(Pause(left, context));
  }
}

}  // namespace pe::agent
