// directory: present with its attributes, or absent. Removal of what is inside (`recurse`) cannot be undone.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "server/agent/steps/attributes.h"
#include "server/agent/steps/parent_directories.h"
#include "server/agent/steps/path_change.h"
#include "server/agent/steps/types.h"

namespace pe::agent {
namespace {

using provision::v1::Directory;
using provision::v1::StepBody;

WantedAttributes AttributesOf(const Directory& directory) {
  return {.mode = directory.mode(), .owner = directory.owner(), .group = directory.group(), .new_mode = 0755};
}

absl::StatusOr<Observation> ObserveAbsent(const Directory& directory, const std::optional<FileInfo>& info,
                                          StepContext& context) {
  Observation seen{.right = !info, .summary = absl::StrCat(directory.path(), " does not exist")};
  if (!info) return seen;
  seen.summary = absl::StrCat(directory.path(), " exists and is to be removed");
  if (info->type != FileInfo::Type::kDirectory || !directory.recurse()) return seen;
  PE_ASSIGN_OR_RETURN(const std::vector<std::string> names, context.files.List(directory.path()));
  absl::StrAppend(&seen.summary, " with ", Counted(names.size(), "entry", "entries"), " in it; that cannot be undone");
  return seen;
}

absl::StatusOr<Applied> ApplyAbsent(const Directory& directory, StepContext& context) {
  PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, context.files.Stat(directory.path()));
  if (!info) return Applied{.changed = false, .message = absl::StrCat(directory.path(), " does not exist")};
  if (info->type != FileInfo::Type::kDirectory) {
    return StepError(absl::StatusCode::kFailedPrecondition, "NOT_A_DIRECTORY",
                     absl::StrCat(directory.path(), " is not a directory"),
                     "remove a file or a link with a `file` or `symlink` step");
  }
  PE_ASSIGN_OR_RETURN(const std::vector<std::string> names, context.files.List(directory.path()));
  if (!names.empty() && !directory.recurse()) {
    return StepError(absl::StatusCode::kFailedPrecondition, "DIRECTORY_NOT_EMPTY",
                     absl::StrCat(directory.path(), " is not empty: it holds '", names[0], "'"),
                     "set `recurse` to remove what is inside as well");
  }
  if (names.empty()) {
    PE_RETURN_IF_ERROR(ChangePath(directory.path(), PathState{}, nullptr, nullptr, context).status());
  } else {
    PE_RETURN_IF_ERROR(context.undo.Record(Serialize({{"tree", directory.path()}})));
    PE_RETURN_IF_ERROR(context.files.RemoveAll(directory.path()));
  }
  return Applied{.message = absl::StrCat(directory.path(), " is removed")};
}

class DirectoryStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const Directory& directory = body.directory();
    PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, context.files.Stat(directory.path()));
    if (directory.state() == provision::v1::ABSENT) return ObserveAbsent(directory, info, context);
    Observation seen;
    if (!info || info->type != FileInfo::Type::kDirectory) {
      seen.summary = absl::StrCat(directory.path(), info ? " is not a directory" : " does not exist");
      return seen;
    }
    const absl::StatusOr<FileAttributes> wanted = Resolve(AttributesOf(directory), info, context);
    if (!wanted.ok() && !absl::IsNotFound(wanted.status())) return wanted.status();
    const std::string difference =
        wanted.ok() ? DifferenceOf(agent::AttributesOf(*info), *wanted) : std::string(wanted.status().message());
    seen.right = difference.empty();
    seen.summary = seen.right ? absl::StrCat(directory.path(), " is as it should be")
                              : absl::StrCat(directory.path(), ": ", difference);
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    const Directory& directory = body.directory();
    if (directory.state() == provision::v1::ABSENT) return ApplyAbsent(directory, context);
    PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, context.files.Stat(directory.path()));
    PathState wanted{.kind = PathState::Kind::kDirectory};
    PE_ASSIGN_OR_RETURN(wanted.attributes, Resolve(AttributesOf(directory), info, context));
    PE_RETURN_IF_ERROR(MakeParents(directory.path(), context));
    PE_ASSIGN_OR_RETURN(const bool changed, ChangePath(directory.path(), wanted, nullptr, nullptr, context));
    return Applied{.changed = changed, .message = absl::StrCat(directory.path(), " is in place")};
  }

  absl::Status Undo(const StepBody&, absl::string_view text, StepContext& context) const override {
    PE_ASSIGN_OR_RETURN(const Record record, ParseRecord(text));
    if (IsPathRecord(record)) return UndoPath(record, context);
    return StepError(absl::StatusCode::kUnimplemented, "CANNOT_UNDO",
                     absl::StrCat(ValueOf(record, "tree"), " was removed with what it held"),
                     "restore it from a backup of the host");
  }
};

}  // namespace

const StepType& DirectoryType() {
  static const DirectoryStep type;
  return type;
}

}  // namespace pe::agent
