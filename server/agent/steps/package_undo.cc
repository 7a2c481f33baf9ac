#include "server/agent/steps/package_undo.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "server/agent/steps/dpkg_status.h"
#include "server/agent/steps/path_change.h"
#include "server/agent/steps/program.h"

namespace pe::agent {
namespace {

std::vector<AptChange> ParseChanges(const std::string& text) {
  std::vector<AptChange> changes;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> fields = absl::StrSplit(line, '\t');
    if (fields.size() == 3) changes.push_back({.name = fields[0], .before = fields[1], .after = fields[2]});
  }
  return changes;
}

// Arguments of `apt-get install` that lead back; empty when everything is as before already.
absl::StatusOr<std::vector<std::string>> WayBack(const std::vector<AptChange>& changes, StepContext& context) {
  PE_ASSIGN_OR_RETURN(const DpkgStatus status, DpkgStatus::Read(context.files));
  std::vector<std::string> names;
  for (const AptChange& change : changes) names.push_back(change.name);
  const auto found = status.Find(names);
  std::vector<std::string> arguments;
  for (const AptChange& change : changes) {
    const auto at = found.find(change.name);
    const std::string now = at == found.end() ? "" : at->second.version;
    if (now == change.before) continue;
    if (now != change.after) {
      return UndoConflict(absl::StrCat("package ", change.name, " (", now.empty() ? "removed" : now, " now)"));
    }
    arguments.push_back(change.before.empty() ? absl::StrCat(change.name, "-")
                                              : absl::StrCat(change.name, "=", change.before));
  }
  return arguments;
}

absl::Status TouchesOnly(const std::vector<AptChange>& changes, const std::vector<std::string>& arguments,
                         StepContext& context) {
  std::set<std::string> ours;
  for (const AptChange& change : changes) ours.insert(change.name);
  PE_ASSIGN_OR_RETURN(const std::vector<AptChange> back, SimulateApt(arguments, context));
  for (const AptChange& change : back) {
    if (ours.count(change.name) == 0) {
      return UndoConflict(absl::StrCat("what needs these packages (", change.name, " would have to go or change too)"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string PackageRecord(const std::vector<AptChange>& changes, const std::vector<std::string>& newly_held) {
  std::string text;
  for (const AptChange& change : changes)
    absl::StrAppend(&text, change.name, "\t", change.before, "\t", change.after, "\n");
  return Serialize({{"changes", text}, {"held", absl::StrJoin(newly_held, " ")}});
}

absl::Status UndoPackages(absl::string_view text, StepContext& context) {
  PE_ASSIGN_OR_RETURN(const Record record, ParseRecord(text));
  const std::vector<std::string> held = absl::StrSplit(ValueOf(record, "held"), ' ', absl::SkipEmpty());
  const std::vector<AptChange> changes = ParseChanges(ValueOf(record, "changes"));
  PE_ASSIGN_OR_RETURN(const std::vector<std::string> back, WayBack(changes, context));
  if (!held.empty()) {
    Command unhold{.argv = {"apt-mark", "unhold"}};
    unhold.argv.insert(unhold.argv.end(), held.begin(), held.end());
    PE_RETURN_IF_ERROR(RunOrFail(unhold, context, "APT_FAILED").status());
  }
  if (back.empty()) return absl::OkStatus();
  std::vector<std::string> arguments = {"install", "--allow-downgrades"};
  arguments.insert(arguments.end(), back.begin(), back.end());
  PE_RETURN_IF_ERROR(TouchesOnly(changes, arguments, context));
  return RunApt(arguments, context);
}

}  // namespace pe::agent
