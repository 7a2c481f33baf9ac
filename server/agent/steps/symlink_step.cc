// symlink: a symbolic link, made and replaced atomically. A file in the way is replaced only with `force`.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/agent/steps/path_change.h"
#include "server/agent/steps/types.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;
using provision::v1::Symlink;

class SymlinkStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const Symlink& link = body.symlink();
    PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, context.files.Stat(link.path()));
    Observation seen;
    if (link.state() == provision::v1::ABSENT) {
      seen.right = !info;
      seen.summary = absl::StrCat(link.path(), info ? " exists and is to be removed" : " does not exist");
      return seen;
    }
    if (!info) {
      seen.summary = absl::StrCat(link.path(), " does not exist");
    } else if (info->type != FileInfo::Type::kSymlink) {
      seen.summary = absl::StrCat(link.path(), " is not a symbolic link");
    } else {
      PE_ASSIGN_OR_RETURN(const std::string target, context.files.ReadLink(link.path()));
      seen.right = target == link.target();
      seen.summary = absl::StrCat(link.path(), " points to ", target,
                                  seen.right ? "" : absl::StrCat(" instead of ", link.target()));
    }
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    const Symlink& link = body.symlink();
    PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, context.files.Stat(link.path()));
    const bool absent = link.state() == provision::v1::ABSENT;
    if (info && info->type != FileInfo::Type::kSymlink && (absent || !link.force())) {
      return StepError(
          absl::StatusCode::kFailedPrecondition, "PATH_IN_THE_WAY",
          absl::StrCat(link.path(), " is not a symbolic link"),
          absent ? "remove it with a `file` or `directory` step" : "set `force` to replace a file, or remove it first");
    }
    PathState wanted;
    if (!absent) wanted = {.kind = PathState::Kind::kLink, .target = link.target()};
    PE_ASSIGN_OR_RETURN(const bool changed, ChangePath(link.path(), wanted, nullptr, nullptr, context));
    return Applied{.changed = changed,
                   .message = absent ? absl::StrCat(link.path(), " is removed")
                                     : absl::StrCat(link.path(), " points to ", link.target())};
  }

  absl::Status Undo(const StepBody&, absl::string_view record, StepContext& context) const override {
    return UndoPathText(record, context);
  }
};

}  // namespace

const StepType& SymlinkType() {
  static const SymlinkStep type;
  return type;
}

}  // namespace pe::agent
