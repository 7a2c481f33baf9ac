#include "server/agent/steps/path_change.h"

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/status.h"
#include "server/agent/steps/attributes.h"

namespace pe::agent {
namespace {

using Kind = PathState::Kind;

absl::Status CannotReplace(const std::string& path, const PathState& now) {
  const absl::string_view what = now.kind == Kind::kDirectory ? "a directory"
                                 : now.kind == Kind::kOther   ? "a device, pipe or socket"
                                                              : "a file";
  return StepError(absl::StatusCode::kFailedPrecondition, "PATH_IN_THE_WAY", absl::StrCat(path, " is ", what),
                   "remove or move it, or choose another path");
}

// Some pairs would need a removal first, during which nothing is there; those are refused.
bool CanBecome(const PathState& now, const PathState& wanted) {
  if (now.kind == wanted.kind) return now.kind != Kind::kOther;
  if (now.kind == Kind::kAbsent) return wanted.kind != Kind::kOther;
  if (wanted.kind == Kind::kAbsent) return now.kind != Kind::kOther;
  const auto replaceable = [](Kind kind) { return kind == Kind::kFile || kind == Kind::kLink; };
  return replaceable(now.kind) && replaceable(wanted.kind);
}

// `content` is null where a file keeps what it holds.
absl::Status Make(const std::string& path, const PathState& now, const PathState& wanted, const std::string* content,
                  FileSystem::Check* check, StepContext& context) {
  FileSystem& files = context.files;
  switch (wanted.kind) {
    case Kind::kAbsent:
      return files.Remove(path);
    case Kind::kLink:
      return files.MakeLink(path, wanted.target);
    case Kind::kDirectory:
      return now.kind == Kind::kDirectory ? files.SetAttributes(path, wanted.attributes)
                                          : files.MakeDirectory(path, wanted.attributes);
    case Kind::kFile:
      if (now.kind == Kind::kFile && now.digest == wanted.digest) return files.SetAttributes(path, wanted.attributes);
      return files.WriteAtomic(path, *content, wanted.attributes, check);
    case Kind::kOther:
      break;
  }
  return CannotReplace(path, now);
}

}  // namespace

absl::Status UndoConflict(absl::string_view what) {
  return StepError(absl::StatusCode::kFailedPrecondition, "UNDO_CONFLICT",
                   absl::StrCat(what, " has changed since this step; it is left as it is"),
                   "look at what changed it; put it back by hand, or accept it");
}

absl::StatusOr<bool> ChangePath(const std::string& path, PathState wanted, const std::string* content,
                                FileSystem::Check* check, StepContext& context) {
  PE_ASSIGN_OR_RETURN(const PathState now, LookAt(context.files, path));
  if (!CanBecome(now, wanted)) return CannotReplace(path, now);
  static const std::string empty;
  if (wanted.kind == Kind::kFile) {
    if (content == nullptr && now.kind != Kind::kFile) content = &empty;
    wanted.digest = content == nullptr ? now.digest : Sha256Hex(*content);
  }
  if (now == wanted) return false;
  if (now.kind == Kind::kFile && now.digest != wanted.digest) {
    PE_ASSIGN_OR_RETURN(const std::string old, context.files.Read(path, kMostFileBytes));
    PE_RETURN_IF_ERROR(context.undo.KeepContent(old).status());
  }
  PE_RETURN_IF_ERROR(
      context.undo.Record(Serialize({{"path", path}, {"before", ToText(now)}, {"after", ToText(wanted)}})));
  PE_RETURN_IF_ERROR(Make(path, now, wanted, content, check, context));
  return true;
}

bool IsPathRecord(const Record& record) { return record.count("path") > 0; }

absl::Status UndoPath(const Record& record, StepContext& context) {
  const std::string path = ValueOf(record, "path");
  PE_ASSIGN_OR_RETURN(const PathState before, ParsePathState(ValueOf(record, "before")));
  PE_ASSIGN_OR_RETURN(const PathState after, ParsePathState(ValueOf(record, "after")));
  PE_ASSIGN_OR_RETURN(const PathState now, LookAt(context.files, path));
  if (now == before) return absl::OkStatus();
  if (!(now == after)) return UndoConflict(path);
  std::string content;
  if (before.kind == Kind::kFile && before.digest != now.digest) {
    PE_ASSIGN_OR_RETURN(content, context.undo.GetContent(before.digest));
  }
  if (before.kind == Kind::kAbsent && now.kind == Kind::kDirectory) {
    PE_ASSIGN_OR_RETURN(const std::vector<std::string> names, context.files.List(path));
    if (!names.empty()) return UndoConflict(absl::StrCat(path, " (which holds '", names[0], "' now)"));
  }
  return Make(path, now, before, &content, nullptr, context);
}

absl::Status UndoPathText(absl::string_view record, StepContext& context) {
  PE_ASSIGN_OR_RETURN(const Record parsed, ParseRecord(record));
  if (!IsPathRecord(parsed)) return absl::DataLossError("an undo record names no path");
  return UndoPath(parsed, context);
}

}  // namespace pe::agent
