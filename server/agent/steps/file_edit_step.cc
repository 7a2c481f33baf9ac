// file_edit: some lines or one key of a file that somebody else owns. A symbolic link is followed, so that the file it
// leads to is edited and the link stays. An edit that would change its own result again is refused.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/agent/steps/edit_lock.h"
#include "server/agent/steps/follow_links.h"
#include "server/agent/steps/text_edit.h"
#include "server/agent/steps/types.h"
#include "server/agent/steps/whole_file.h"

namespace pe::agent {
namespace {

using provision::v1::FileEdit;
using provision::v1::StepBody;

constexpr int64_t kMostEditedBytes = 16 * 1024 * 1024;

struct Edited {
  std::string path;  // links followed
  bool exists = false;
  std::string before, after;
};

// NOT_FOUND (code FILE_NOT_FOUND) when the file is missing and `create` is not set.
absl::StatusOr<Edited> Edit(const FileEdit& edit, StepContext& context) {
  Edited edited;
  PE_ASSIGN_OR_RETURN(edited.path, FollowLinks(context.files, edit.path()));
  PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, context.files.Stat(edited.path));
  edited.exists = info.has_value();
  if (edited.exists) {
    PE_ASSIGN_OR_RETURN(edited.before, context.files.Read(edited.path, kMostEditedBytes));
  } else if (!edit.create()) {
    return StepError(absl::StatusCode::kNotFound, "FILE_NOT_FOUND", absl::StrCat(edited.path, " does not exist"),
                     "set `create`, or come after the step that makes it");
  }
  PE_ASSIGN_OR_RETURN(edited.after, EditText(edited.before, edit));
  PE_ASSIGN_OR_RETURN(const std::string again, EditText(edited.after, edit));
  if (again != edited.after) {
    return StepError(absl::StatusCode::kInvalidArgument, "EDIT_NOT_IDEMPOTENT",
                     "the edit would change the file again in every run: its result matches its own expression",
                     "write an expression that does not match what the edit makes");
  }
  return edited;
}

class FileEditStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const absl::StatusOr<Edited> edited = Edit(body.file_edit(), context);
    if (DetailsOf(edited.status()).error_code == "FILE_NOT_FOUND") {
      // A step before may make it. What must be absent is absent.
      const FileEdit& edit = body.file_edit();
      const bool absent = edit.line().state() == provision::v1::ABSENT ||
                          edit.block().state() == provision::v1::ABSENT ||
                          edit.ini().state() == provision::v1::ABSENT || edit.json().state() == provision::v1::ABSENT;
      return Observation{.right = absent, .summary = std::string(edited.status().message())};
    }
    PE_RETURN_IF_ERROR(edited.status());
    Observation seen{.right = edited->before == edited->after};
    seen.summary = absl::StrCat(edited->path, seen.right ? " is as it should be" : ": content differs");
    seen.diff = ShownDiff(edited->path, edited->before, edited->after, context);
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    MutexLock lock(&EditLock());
    const FileEdit& edit = body.file_edit();
    PE_ASSIGN_OR_RETURN(const Edited edited, Edit(edit, context));
    if (edited.before == edited.after)
      return Applied{.changed = false, .message = absl::StrCat(edited.path, " is as it should be")};
    WholeFile wanted{.path = edited.path, .content = &edited.after};
    wanted.validate.assign(edit.validate().begin(), edit.validate().end());
    PE_ASSIGN_OR_RETURN(const bool changed, Put(wanted, context));
    return Applied{.changed = changed, .message = absl::StrCat(edited.path, " is edited")};
  }

  absl::Status Undo(const StepBody&, absl::string_view record, StepContext& context) const override {
    return UndoPathText(record, context);
  }
};

}  // namespace

const StepType& FileEditType() {
  static const FileEditStep type;
  return type;
}

}  // namespace pe::agent
