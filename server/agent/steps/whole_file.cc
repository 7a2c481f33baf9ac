#include "server/agent/steps/whole_file.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/status.h"
#include "server/agent/steps/diff.h"
#include "server/agent/steps/program.h"

namespace pe::agent {
namespace {

Observation ObserveAbsent(const WholeFile& wanted, const std::optional<FileInfo>& info) {
  Observation seen;
  seen.right = !info;
  seen.summary = absl::StrCat(wanted.path, info ? " exists and is to be removed" : " does not exist");
  return seen;
}

// Whether the content is the wanted one; reads the file only when sizes agree or a diff is to be shown.
absl::StatusOr<bool> SameContent(const WholeFile& wanted, const FileInfo& info, StepContext& context,
                                 std::string* diff) {
  if (wanted.content == nullptr) return true;
  const bool same_size = info.size == static_cast<int64_t>(wanted.content->size());
  if (!same_size && info.size > static_cast<int64_t>(kMostDiffedBytes)) {
    *diff = absl::StrCat(wanted.path, ": content differs (", info.size, " bytes before, ", wanted.content->size(),
                         " after)\n");
    return false;
  }
  PE_ASSIGN_OR_RETURN(const std::string old, context.files.Read(wanted.path, kMostFileBytes));
  if (old == *wanted.content) return true;
  *diff = ShownDiff(wanted.path, old, *wanted.content, context);
  return false;
}

}  // namespace

std::string ShownDiff(absl::string_view path, absl::string_view before, absl::string_view after,
                      const StepContext& context) {
  if (before == after) return "";
  if (context.secret) return absl::StrCat(path, ": content differs (secret)\n");
  return UnifiedDiff(path, before, after);
}

absl::Status Validation::Run(const std::string& temporary) {
  Command command;
  for (const std::string& word : argv_) command.argv.push_back(absl::StrReplaceAll(word, {{"%s", temporary}}));
  return RunOrFail(Streamed(std::move(command), context_), context_, "VALIDATION_FAILED",
                   "the old content is still in place; correct the new one")
      .status();
}

absl::StatusOr<Observation> Compare(const WholeFile& wanted, StepContext& context) {
  PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, context.files.Stat(wanted.path));
  if (!wanted.present) return ObserveAbsent(wanted, info);
  Observation seen;
  if (!info) {
    seen.summary = absl::StrCat(wanted.path, " does not exist");
    if (wanted.content != nullptr) seen.diff = ShownDiff(wanted.path, "", *wanted.content, context);
    return seen;
  }
  if (info->type != FileInfo::Type::kRegular) {
    const bool link = info->type == FileInfo::Type::kSymlink;
    seen.summary = absl::StrCat(wanted.path, link ? " is a symbolic link, to be replaced by a file" : " is not a file");
    return seen;
  }
  std::vector<std::string> differences;
  PE_ASSIGN_OR_RETURN(const bool same, SameContent(wanted, *info, context, &seen.diff));
  if (!same) differences.push_back("content differs");
  const absl::StatusOr<FileAttributes> attributes = Resolve(wanted.attributes, info, context);
  if (!attributes.ok() && !absl::IsNotFound(attributes.status())) return attributes.status();
  const std::string other =
      attributes.ok() ? DifferenceOf(AttributesOf(*info), *attributes) : std::string(attributes.status().message());
  if (!other.empty()) differences.push_back(other);
  seen.right = differences.empty();
  seen.summary = seen.right ? absl::StrCat(wanted.path, " is as it should be")
                            : absl::StrCat(wanted.path, ": ", absl::StrJoin(differences, ", "));
  return seen;
}

absl::StatusOr<bool> Put(const WholeFile& wanted, StepContext& context) {
  if (!wanted.present) return ChangePath(wanted.path, PathState{}, nullptr, nullptr, context);
  PE_ASSIGN_OR_RETURN(std::optional<FileInfo> info, context.files.Stat(wanted.path));
  if (info && info->type != FileInfo::Type::kRegular) info.reset();  // a link's mode means nothing for the file
  PathState state{.kind = PathState::Kind::kFile};
  PE_ASSIGN_OR_RETURN(state.attributes, Resolve(wanted.attributes, info, context));
  Validation validation(wanted.validate, context);
  absl::StatusOr<bool> changed = ChangePath(wanted.path, std::move(state), wanted.content,
                                            wanted.validate.empty() ? nullptr : &validation, context);
  if (absl::IsNotFound(changed.status()) && DetailsOf(changed.status()).error_code == "STEP_FAILED") {
    return StepError(absl::StatusCode::kNotFound, "PARENT_NOT_FOUND", changed.status().message(),
                     "make its directory with a `directory` step that this one comes after");
  }
  return changed;
}

}  // namespace pe::agent
