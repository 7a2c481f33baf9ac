// security_patches: pending updates, by default only those whose candidate a security archive has. What is pending is
// told from the package lists; when those are older than an hour it is unknown until they are refreshed, and the plan
// says so. CVE ids come from Debian changelogs: of the downloaded packages when they select, of the installed ones
// afterwards.
#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "base/text.h"
#include "server/agent/steps/apt.h"
#include "server/agent/steps/changelog.h"
#include "server/agent/steps/package_undo.h"
#include "server/agent/steps/program.h"
#include "server/agent/steps/types.h"

namespace pe::agent {
namespace {

using provision::v1::SecurityPatches;
using provision::v1::StepBody;

constexpr int64_t kListsFreshUs = 3600 * kMicrosPerSecond;
constexpr size_t kMostChangelogBytes = 4 * 1024 * 1024;
// $1 package, $2 version: the changelog inside the package file, without installing it.
constexpr char kChangelogOfPackage[] =
    "d=$(mktemp -d) && cd \"$d\" && apt-get -q download \"$1=$2\" >&2 && "
    "dpkg-deb --fsys-tarfile ./*.deb | tar -xOf - --wildcards './usr/share/doc/*/changelog*.gz' 2>/dev/null | zcat; cd "
    "/; rm -rf \"$d\"";

// "Debian-Security:12/stable-security", "Ubuntu:22.04/jammy-security"
bool FromSecurityArchive(const AptChange& change) {
  for (absl::string_view origin : absl::StrSplit(change.origins, ',')) {
    origin = absl::StripAsciiWhitespace(origin);
    if (absl::StartsWith(origin, "Debian-Security:") || absl::EndsWith(origin, "-security")) return true;
  }
  return false;
}

// Updates of what is installed; new packages that an update pulls in come with it.
absl::StatusOr<std::vector<AptChange>> Pending(const SecurityPatches& patches, StepContext& context) {
  PE_ASSIGN_OR_RETURN(std::vector<AptChange> changes, SimulateApt({"dist-upgrade"}, context));
  const bool all = patches.patches() == SecurityPatches::ALL;
  const auto unwanted = [&](const AptChange& change) {
    return change.before.empty() || change.after.empty() || (!all && !FromSecurityArchive(change));
  };
  changes.erase(std::remove_if(changes.begin(), changes.end(), unwanted), changes.end());
  return changes;
}

bool Names(const std::set<std::string>& cves, const SecurityPatches& patches) {
  return std::any_of(patches.cves().begin(), patches.cves().end(),
                     [&](const std::string& cve) { return cves.count(cve) > 0; });
}

// Those whose changelog names a wanted CVE.
absl::StatusOr<std::vector<AptChange>> Selected(const SecurityPatches& patches, std::vector<AptChange> pending,
                                                StepContext& context) {
  if (patches.cves_size() == 0) return pending;
  std::vector<AptChange> selected;
  for (AptChange& change : pending) {
    Command command{.argv = {"/bin/sh", "-c", kChangelogOfPackage, "sh", change.name, change.after}};
    command.keep_output = kMostChangelogBytes;
    PE_ASSIGN_OR_RETURN(const CommandResult result, RunProgram(command, context));
    if (result.standard_output.empty()) {
      context.reporter.Warn("NO_CHANGELOG", absl::StrCat(change.name, " ", change.after,
                                                         " brings no changelog; its CVE ids are not known"));
    }
    if (Names(CvesSince(result.standard_output, change.before), patches)) selected.push_back(std::move(change));
  }
  return selected;
}

// CVE ids that the installed changelogs name since the versions before; best effort.
std::set<std::string> CvesFixed(const std::vector<AptChange>& changes, StepContext& context) {
  std::set<std::string> cves;
  for (const AptChange& change : changes) {
    const std::string folder = absl::StrCat("/usr/share/doc/", change.name.substr(0, change.name.find(':')), "/");
    for (const char* file : {"changelog.Debian.gz", "changelog.gz"}) {
      Command command{.argv = {"zcat", absl::StrCat(folder, file)},
                      .timeout_us = kObserveTimeoutUs,
                      .keep_output = kMostChangelogBytes};
      const absl::StatusOr<CommandResult> result = context.processes.Run(command, context.cancel);
      if (result.ok() && result->ok()) cves.merge(CvesSince(result->standard_output, change.before));
    }
  }
  return cves;
}

void WarnOfReboot(StepContext& context, std::map<std::string, std::string>* values) {
  const absl::StatusOr<std::optional<FileInfo>> info = context.files.Stat("/run/reboot-required");
  if (!info.ok() || !*info) return;
  const absl::StatusOr<std::string> by = context.files.Read("/run/reboot-required.pkgs", 64 * 1024);
  const std::string names = by.ok() ? absl::StrReplaceAll(absl::StripAsciiWhitespace(*by), {{"\n", ", "}}) : "";
  (*values)["reboot_required_by"] = names.empty() ? "unknown" : names;
  context.reporter.Warn("REBOOT_REQUIRED",
                        absl::StrCat("a reboot is needed", names.empty() ? "" : absl::StrCat(" because of ", names)));
}

class SecurityPatchesStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const SecurityPatches& patches = body.security_patches();
    if (patches.patches() == SecurityPatches::NONE)
      return Observation{.right = true, .summary = "no updates are wanted"};
    if (ListsAgeUs(context) > kListsFreshUs) {
      return Observation{
          .unknown = true,
          .summary = "the package lists are older than an hour; what is pending is known after a refresh"};
    }
    PE_ASSIGN_OR_RETURN(const std::vector<AptChange> pending, Pending(patches, context));
    Observation seen{.right = pending.empty(),
                     .summary = absl::StrCat(Counted(pending.size(), "update"),
                                             pending.size() == 1 ? " is pending" : " are pending"),
                     .diff = Describe(pending)};
    if (pending.empty() || patches.cves_size() == 0) return seen;
    seen.unknown = true;
    absl::StrAppend(&seen.summary, "; which of them name a wanted CVE is known from their changelogs");
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    const SecurityPatches& patches = body.security_patches();
    if (ListsAgeUs(context) > kListsFreshUs) PE_RETURN_IF_ERROR(UpdateLists(context));
    PE_ASSIGN_OR_RETURN(std::vector<AptChange> pending, Pending(patches, context));
    PE_ASSIGN_OR_RETURN(const std::vector<AptChange> wanted, Selected(patches, std::move(pending), context));
    Applied applied{.changed = !wanted.empty(), .message = absl::StrCat(Counted(wanted.size(), "package"), " updated")};
    if (!wanted.empty()) {
      std::vector<std::string> arguments = {"install"};
      for (const AptChange& change : wanted) arguments.push_back(absl::StrCat(change.name, "=", change.after));
      PE_ASSIGN_OR_RETURN(const std::vector<AptChange> changes, SimulateApt(arguments, context));
      PE_RETURN_IF_ERROR(context.undo.Record(PackageRecord(changes, {})));
      PE_RETURN_IF_ERROR(RunApt(arguments, context));
      applied.values["changes"] = Describe(changes);
      applied.values["cves"] = absl::StrJoin(CvesFixed(changes, context), " ");
    }
    WarnOfReboot(context, &applied.values);
    return applied;
  }

  absl::Status Undo(const StepBody&, absl::string_view record, StepContext& context) const override {
    return UndoPackages(record, context);
  }

  // With `cves`, other updates may well stay pending.
  bool ObservableAfter(const StepBody& body) const override { return body.security_patches().cves_size() == 0; }
};

}  // namespace

const StepType& SecurityPatchesType() {
  static const SecurityPatchesStep type;
  return type;
}

}  // namespace pe::agent
