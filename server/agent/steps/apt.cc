#include "server/agent/steps/apt.h"

#include <algorithm>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/agent/steps/apt_errors.h"
#include "server/agent/steps/dpkg_lock.h"
#include "server/agent/steps/program.h"

namespace pe::agent {
namespace {

constexpr char kListsFolder[] = "/var/lib/apt/lists";
constexpr char kStampFolder[] = "/var/lib/apt/periodic";
// Holds the microseconds since the epoch at which all lists were last fetched by us.
constexpr char kStamp[] = "/var/lib/apt/periodic/provision-engine-update-stamp";
constexpr int kMostLockRaces = 20;

const std::vector<std::pair<std::string, std::string>>& Environment() {
  static const std::vector<std::pair<std::string, std::string>> environment = {{"DEBIAN_FRONTEND", "noninteractive"},
                                                                               {"DEBCONF_NONINTERACTIVE_SEEN", "true"},
                                                                               {"APT_LISTCHANGES_FRONTEND", "none"},
                                                                               {"NEEDRESTART_MODE", "l"}};
  return environment;
}

Command AptGet(const std::vector<std::string>& options, const std::vector<std::string>& arguments) {
  Command command{.argv = {"apt-get", "-q", "-y"}, .environment = Environment()};
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return command;
}

// "pmstatus:nginx-light:40.0:Unpacking nginx-light (amd64)", "dlstatus:1:20.0:Retrieving file 1 of 5"
void ReportStatusLine(absl::string_view line, StepReporter& reporter) {
  const std::vector<absl::string_view> fields = absl::StrSplit(line, absl::MaxSplits(':', 3));
  double percent = 0;
  if (fields.size() != 4 || (fields[0] != "pmstatus" && fields[0] != "dlstatus")) return;
  if (!absl::SimpleAtod(fields[2], &percent)) return;
  reporter.Progress(std::clamp<int64_t>(static_cast<int64_t>(percent), 0, 100), 100, "percent",
                    absl::StripAsciiWhitespace(fields[3]));
}

// Runs apt-get and, as long as somebody else got the lock first, waits and runs it again.
absl::Status RunLocked(Command command, StepContext& context) {
  command = Streamed(std::move(command), context);
  command.on_status_line = [&context](absl::string_view line) { ReportStatusLine(line, context.reporter); };
  for (int race = 0;; ++race) {
    PE_RETURN_IF_ERROR(AwaitDpkgLock(context));
    PE_ASSIGN_OR_RETURN(const CommandResult result, RunProgram(command, context));
    if (result.ok()) return absl::OkStatus();
    const absl::Status failed = AptError(result);
    if (DetailsOf(failed).error_code != kDpkgLocked || race == kMostLockRaces) return failed;
    PE_RETURN_IF_ERROR(Pause(kMicrosPerSecond, context));
  }
}

absl::Status RepairDpkg(StepContext& context) {
  context.reporter.Warn("DPKG_INTERRUPTED", "an earlier dpkg run was interrupted; its packages are being configured");
  return RunLocked({.argv = {"dpkg", "--force-confdef", "--force-confold", "--configure", "-a"},
                    .environment = Environment(),
                    .interruptible = false},
                   context);
}

absl::Status Transaction(const std::vector<std::string>& arguments, StepContext& context) {
  static const std::vector<std::string> options = {"--no-install-recommends",
                                                   "-o",
                                                   "Dpkg::Options::=--force-confdef",
                                                   "-o",
                                                   "Dpkg::Options::=--force-confold",
                                                   "-o",
                                                   "Dpkg::Use-Pty=0",
                                                   "-o",
                                                   "APT::Status-Fd=3"};
  std::vector<std::string> download = options;
  download.push_back("--download-only");
  PE_RETURN_IF_ERROR(RunLocked(AptGet(download, arguments), context));
  PE_RETURN_IF_ERROR(NotCancelled(context));
  Command install = AptGet(options, arguments);
  install.interruptible = false;
  return RunLocked(std::move(install), context);
}

}  // namespace

std::vector<AptChange> ParseSimulation(absl::string_view output) {
  std::vector<AptChange> changes;
  for (absl::string_view line : absl::StrSplit(output, '\n')) {
    const bool install = absl::ConsumePrefix(&line, "Inst ");
    if (!install && !absl::ConsumePrefix(&line, "Remv ")) continue;
    AptChange change;
    change.name = std::string(line.substr(0, line.find(' ')));
    line.remove_prefix(change.name.size());
    line = absl::StripAsciiWhitespace(line);
    if (absl::ConsumePrefix(&line, "[")) {
      change.before = std::string(line.substr(0, line.find(']')));
      line.remove_prefix(std::min(line.size(), change.before.size() + 1));
      line = absl::StripAsciiWhitespace(line);
    }
    if (install && absl::ConsumePrefix(&line, "(")) {
      line = line.substr(0, line.find(')'));
      change.after = std::string(line.substr(0, line.find(' ')));
      line.remove_prefix(change.after.size());
      change.origins = std::string(absl::StripAsciiWhitespace(line.substr(0, line.rfind('['))));
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

absl::StatusOr<std::vector<AptChange>> SimulateApt(const std::vector<std::string>& arguments, StepContext& context) {
  // Without these two, root's simulation would write apt's caches; locks are not taken by a simulation.
  Command command =
      AptGet({"--simulate", "--no-install-recommends", "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="},
             arguments);
  command.timeout_us = 4 * kObserveTimeoutUs;
  command.keep_output = 4 * 1024 * 1024;
  PE_ASSIGN_OR_RETURN(const CommandResult result, RunProgram(command, context));
  if (!result.ok()) return AptError(result);
  return ParseSimulation(result.standard_output);
}

absl::Status RunApt(const std::vector<std::string>& arguments, StepContext& context) {
  const absl::Status done = Transaction(arguments, context);
  if (DetailsOf(done).error_code != kDpkgInterrupted) return done;
  PE_RETURN_IF_ERROR(RepairDpkg(context));
  return Transaction(arguments, context);
}

absl::Status UpdateLists(StepContext& context, const std::string& only_sources) {
  std::vector<std::string> options = {"-o", "APT::Update::Error-Mode=any", "-o", "APT::Status-Fd=3"};
  if (!only_sources.empty()) {
    for (const std::string& option :
         {absl::StrCat("Dir::Etc::sourcelist=", only_sources), std::string("Dir::Etc::sourceparts=-"),
          std::string("APT::Get::List-Cleanup=0")}) {
      options.insert(options.end(), {"-o", option});
    }
  }
  PE_RETURN_IF_ERROR(RunLocked(AptGet(options, {"update"}), context));
  // The stamp spares later refreshes; a host that cannot keep it is only refreshed more often.
  if (only_sources.empty()) {
    (void)context.files.MakeDirectory(kStampFolder, {.mode = 0755});
    (void)context.files.WriteAtomic(kStamp, absl::StrCat(context.clock.Wall(), "\n"), {.mode = 0644}, nullptr);
  }
  return absl::OkStatus();
}

bool HaveLists(StepContext& context) {
  const absl::StatusOr<std::vector<std::string>> lists = context.files.List(kListsFolder);
  const auto release = [](const std::string& name) { return absl::EndsWith(name, "Release"); };
  return lists.ok() && std::any_of(lists->begin(), lists->end(), release);
}

int64_t ListsAgeUs(StepContext& context) {
  constexpr int64_t kUnknown = std::numeric_limits<int64_t>::max();
  if (!HaveLists(context)) return kUnknown;
  const absl::StatusOr<std::string> text = context.files.Read(kStamp, 64);
  int64_t stamp = 0;
  if (!text.ok() || !absl::SimpleAtoi(absl::StripAsciiWhitespace(*text), &stamp)) return kUnknown;
  const int64_t age = context.clock.Wall() - stamp;
  return age < 0 ? kUnknown : age;  // the host's clock went back
}

std::string Describe(const std::vector<AptChange>& changes) {
  std::string text;
  for (const AptChange& change : changes) {
    if (change.before.empty()) absl::StrAppend(&text, "+ ", change.name, " ", change.after, "\n");
    else if (change.after.empty()) absl::StrAppend(&text, "- ", change.name, " ", change.before, "\n");
    else absl::StrAppend(&text, "~ ", change.name, " ", change.before, " -> ", change.after, "\n");
  }
  return text;
}

}  // namespace pe::agent
