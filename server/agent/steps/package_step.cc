// package: a batch in one transaction. Observed from dpkg's own file; apt is asked only when something has to change,
// when LATEST is wanted, or for the full transaction in a plan. Recommended packages are not installed.
#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/text.h"
#include "server/agent/steps/apt.h"
#include "server/agent/steps/apt_errors.h"
#include "server/agent/steps/dpkg_status.h"
#include "server/agent/steps/dpkg_version.h"
#include "server/agent/steps/package_undo.h"
#include "server/agent/steps/program.h"
#include "server/agent/steps/types.h"

namespace pe::agent {
namespace {

using provision::v1::Package;
using provision::v1::StepBody;
using Found = std::map<std::string, InstalledPackage>;

std::vector<std::string> NamesOf(const Package& package) {
  std::vector<std::string> names;
  for (const auto& item : package.packages()) names.push_back(item.name());
  return names;
}

const InstalledPackage& StateOf(const Found& found, const std::string& name) {
  static const InstalledPackage none;
  const auto at = found.find(name);
  return at == found.end() ? none : at->second;
}

// Why an item is not right; empty when it is. `latest` is looked at elsewhere.
std::string ProblemOf(const Package& package, const Package::Item& item, const InstalledPackage& now,
                      const DpkgStatus& status) {
  if (package.state() == Package::REMOVED) {
    return now.installed || now.broken ? absl::StrCat(item.name(), " ", now.version, " is installed") : "";
  }
  if (now.broken) return absl::StrCat(item.name(), " ", now.version, " is only half installed");
  if (!now.installed) {
    return item.version().empty() && status.Provided(item.name()) ? "" : absl::StrCat(item.name(), " is not installed");
  }
  if (!ParseVersionWish(item.version()).Accepts(now.version)) {
    return absl::StrCat(item.name(), " is ", now.version, ", wanted is ", item.version());
  }
  return item.hold() && !now.held ? absl::StrCat(item.name(), " is not held") : "";
}

std::string Versions(const Package& package, const Found& found) {
  std::vector<std::string> parts;
  for (const auto& item : package.packages()) {
    const InstalledPackage& now = StateOf(found, item.name());
    if (now.installed) parts.push_back(absl::StrCat(item.name(), " ", now.version));
  }
  return absl::StrJoin(parts, ", ");
}

// The newest version that the host's repositories have and the item accepts.
absl::StatusOr<std::string> ChooseVersion(const Package::Item& item, StepContext& context) {
  const VersionWish wish = ParseVersionWish(item.version());
  if (wish.relation == VersionWish::Relation::kExact) return wish.version;
  Command command{
      .argv = {"apt-cache", "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=", "madison", item.name()},
      .timeout_us = kObserveTimeoutUs};
  PE_ASSIGN_OR_RETURN(const CommandResult result, RunOrFail(command, context, "APT_FAILED"));
  std::string best;
  std::vector<std::string> seen;
  for (const absl::string_view line : absl::StrSplit(result.standard_output, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, '|');  // "name | version | source"
    if (fields.size() < 3 || absl::StripAsciiWhitespace(fields[0]) != item.name()) continue;
    const absl::string_view version = absl::StripAsciiWhitespace(fields[1]);
    seen.emplace_back(version);
    if (wish.Accepts(version) && (best.empty() || CompareVersions(version, best) > 0)) best = std::string(version);
  }
  if (!best.empty()) return best;
  return StepError(absl::StatusCode::kNotFound, seen.empty() ? kPackageNotFound : kPackageVersionNotFound,
                   absl::StrCat("no candidate for '", item.name(), "' ", item.version(),
                                seen.empty() ? "" : absl::StrCat("; available: ", absl::StrJoin(seen, ", "))),
                   "check the name and the version, or add a repository that has it");
}

// The arguments of apt-get that bring the batch about; empty when only holds are missing.
absl::StatusOr<std::vector<std::string>> Arguments(const Package& package, const DpkgStatus& status, const Found& found,
                                                   StepContext& context) {
  std::vector<std::string> options, items;
  for (const auto& item : package.packages()) {
    const InstalledPackage& now = StateOf(found, item.name());
    const bool fits = now.installed && ParseVersionWish(item.version()).Accepts(now.version);
    const bool latest = package.state() == Package::LATEST;
    if (package.state() == Package::REMOVED ? !now.installed && !now.broken : !latest && fits) continue;
    if (package.state() == Package::INSTALLED && ProblemOf(package, item, now, status).empty()) continue;
    std::string word = item.name();
    if (package.state() != Package::REMOVED && !item.version().empty()) {
      PE_ASSIGN_OR_RETURN(const std::string version, ChooseVersion(item, context));
      absl::StrAppend(&word, "=", version);
      if (now.installed && CompareVersions(version, now.version) < 0) options.push_back("--allow-downgrades");
    }
    if (now.held && item.hold()) options.push_back("--allow-change-held-packages");  // the hold is this step's own
    items.push_back(std::move(word));
  }
  if (items.empty()) return items;
  std::vector<std::string> arguments = {package.state() == Package::REMOVED ? "remove" : "install"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.insert(arguments.end(), items.begin(), items.end());
  return arguments;
}

// For what the step wants: a candidate can be newer only in lists that are there and young enough.
bool ListsTooOld(const Package& package, StepContext& context) {
  if (package.state() == Package::REMOVED) return false;
  if (!HaveLists(context)) return true;
  return package.cache_max_age_ms() > 0 && ListsAgeUs(context) > package.cache_max_age_ms() * kMicrosPerMilli;
}

// LATEST asks apt about every package, also those that are the newest already; a half installed one is always its work.
bool NothingToDo(const Package& package, const Found& found, const std::vector<AptChange>& changes) {
  const auto broken = [](const auto& entry) { return entry.second.broken; };
  return package.state() == Package::LATEST && changes.empty() && std::none_of(found.begin(), found.end(), broken);
}

bool MayBeStale(const absl::Status& status) {
  const std::string code = DetailsOf(status).error_code;
  return code == kPackageNotFound || code == kPackageVersionNotFound || code == kFetchFailed;
}

// The transaction that apt would run now. No `arguments`: there is nothing to run.
absl::StatusOr<std::vector<AptChange>> Simulate(const Package& package, StepContext& context,
                                                std::vector<std::string>* arguments) {
  PE_ASSIGN_OR_RETURN(const DpkgStatus status, DpkgStatus::Read(context.files));
  const Found found = status.Find(NamesOf(package));
  PE_ASSIGN_OR_RETURN(*arguments, Arguments(package, status, found, context));
  if (arguments->empty()) return std::vector<AptChange>();
  PE_ASSIGN_OR_RETURN(std::vector<AptChange> changes, SimulateApt(*arguments, context));
  if (NothingToDo(package, found, changes)) arguments->clear();
  return changes;
}

class PackageStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const Package& package = body.package();
    PE_ASSIGN_OR_RETURN(const DpkgStatus status, DpkgStatus::Read(context.files));
    const Found found = status.Find(NamesOf(package));
    std::vector<std::string> problems;
    for (const auto& item : package.packages()) {
      std::string problem = ProblemOf(package, item, StateOf(found, item.name()), status);
      if (!problem.empty()) problems.push_back(std::move(problem));
    }
    Observation seen{.right = problems.empty()};
    if (package.packages_size() == 1) seen.values["version"] = StateOf(found, package.packages(0).name()).version;
    if (package.state() == Package::LATEST && seen.right) {
      if (ListsTooOld(package, context)) {
        seen.right = false;
        seen.unknown = true;
        seen.summary =
            absl::StrCat(Versions(package, found),
                         " installed; whether that is the latest is known after the package lists are refreshed");
        return seen;
      }
      PE_RETURN_IF_ERROR(ObserveLatest(package, context, &seen, &problems));
    }
    seen.summary = !problems.empty() ? absl::StrJoin(problems, ", ")
                   : package.state() == Package::REMOVED
                       ? absl::StrCat(absl::StrJoin(NamesOf(package), ", "), " not installed")
                       : absl::StrCat(Versions(package, found), " installed");
    if (context.observe_only && !seen.right && seen.diff.empty()) seen.diff = PlannedDiff(package, context);
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation& observed,
                                StepContext& context) const override {
    const Package& package = body.package();
    bool fresh = false;
    if (ListsTooOld(package, context)) Refresh(context, &fresh);
    absl::StatusOr<std::vector<AptChange>> changes = Transact(package, context);
    if (!fresh && MayBeStale(changes.status())) {
      Refresh(context, &fresh);
      changes = Transact(package, context);
    }
    PE_RETURN_IF_ERROR(changes.status());
    PE_ASSIGN_OR_RETURN(const bool held, Hold(package, context));
    Applied applied{.changed = !changes->empty() || held};
    applied.message = absl::StrCat(Counted(changes->size(), "package"), " changed");
    applied.values["changes"] = Describe(*changes);
    for (const AptChange& change : *changes) {
      if (package.packages_size() == 1 && change.name == package.packages(0).name())
        applied.values["version"] = change.after;
    }
    const auto before = observed.values.find("version");
    if (before != observed.values.end()) applied.values["previous_version"] = before->second;
    return applied;
  }

  absl::Status Undo(const StepBody&, absl::string_view record, StepContext& context) const override {
    return UndoPackages(record, context);
  }

 private:
  static absl::Status ObserveLatest(const Package& package, StepContext& context, Observation* seen,
                                    std::vector<std::string>* problems) {
    std::vector<std::string> arguments;
    PE_ASSIGN_OR_RETURN(const std::vector<AptChange> changes, Simulate(package, context, &arguments));
    const std::vector<std::string> names = NamesOf(package);
    for (const AptChange& change : changes) {
      if (std::count(names.begin(), names.end(), change.name) == 0) continue;
      problems->push_back(absl::StrCat(change.name, " is ", change.before, ", the candidate is ", change.after));
    }
    seen->right = problems->empty();
    if (!seen->right) seen->diff = Describe(changes);
    return absl::OkStatus();
  }

  // What cannot be told before a refresh is said in the plan, never guessed.
  static std::string PlannedDiff(const Package& package, StepContext& context) {
    std::vector<std::string> arguments;
    const absl::StatusOr<std::vector<AptChange>> changes = Simulate(package, context, &arguments);
    if (changes.ok()) return Describe(*changes);
    return absl::StrCat("unknown before the package lists are refreshed: ", changes.status().message(), "\n");
  }

  // A source that cannot be reached need not be the one that has the package: what is missing then says so itself.
  static void Refresh(StepContext& context, bool* fresh) {
    *fresh = true;
    const absl::Status updated = UpdateLists(context);
    if (!updated.ok()) context.reporter.Warn("APT_UPDATE_FAILED", updated.message());
  }

  static absl::StatusOr<std::vector<AptChange>> Transact(const Package& package, StepContext& context) {
    std::vector<std::string> arguments;
    PE_ASSIGN_OR_RETURN(std::vector<AptChange> changes, Simulate(package, context, &arguments));
    if (arguments.empty()) return changes;
    PE_RETURN_IF_ERROR(context.undo.Record(PackageRecord(changes, {})));
    PE_RETURN_IF_ERROR(RunApt(arguments, context));
    return changes;
  }

  static absl::StatusOr<bool> Hold(const Package& package, StepContext& context) {
    PE_ASSIGN_OR_RETURN(const DpkgStatus status, DpkgStatus::Read(context.files));
    const Found found = status.Find(NamesOf(package));
    std::vector<std::string> missing;
    for (const auto& item : package.packages()) {
      const InstalledPackage& now = StateOf(found, item.name());
      if (item.hold() && now.installed && !now.held) missing.push_back(item.name());
    }
    if (missing.empty()) return false;
    PE_RETURN_IF_ERROR(context.undo.Record(PackageRecord({}, missing)));
    Command command{.argv = {"apt-mark", "hold"}};
    command.argv.insert(command.argv.end(), missing.begin(), missing.end());
    PE_RETURN_IF_ERROR(RunOrFail(command, context, "APT_FAILED").status());
    return true;
  }
};

}  // namespace

const StepType& PackageType() {
  static const PackageStep type;
  return type;
}

}  // namespace pe::agent
