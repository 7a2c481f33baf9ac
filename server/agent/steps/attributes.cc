#include "server/agent/steps/attributes.h"

#include <unistd.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "server/agent/steps/path_state.h"
#include "server/agent/system/accounts.h"

namespace pe::agent {
namespace {

absl::StatusOr<uint32_t> ParseMode(const std::string& text) {
  uint32_t mode = 0;
  bool good = text.size() >= 3 && text.size() <= 5;
  for (const char c : text) {
    good &= c >= '0' && c <= '7';
    mode = mode * 8 + static_cast<uint32_t>(c - '0');
  }
  if (good && mode <= 07777) return mode;
  return StepError(absl::StatusCode::kInvalidArgument, "BAD_MODE",
                   absl::StrCat("mode '", text, "' is not octal permissions"),
                   "write three or four octal digits, for example \"0644\"");
}

}  // namespace

absl::StatusOr<FileAttributes> Resolve(const WantedAttributes& wanted, const std::optional<FileInfo>& existing,
                                       StepContext& context) {
  FileAttributes attributes =
      existing ? AttributesOf(*existing) : FileAttributes{.mode = wanted.new_mode, .uid = geteuid(), .gid = getegid()};
  if (!wanted.mode.empty()) {
    PE_ASSIGN_OR_RETURN(attributes.mode, ParseMode(wanted.mode));
  }
  Accounts accounts(context.files, context.processes);
  if (!wanted.owner.empty()) {
    const absl::StatusOr<uint32_t> uid = accounts.UidOf(wanted.owner);
    if (absl::IsNotFound(uid.status())) {
      return StepError(absl::StatusCode::kNotFound, "OWNER_NOT_FOUND",
                       absl::StrCat("user '", wanted.owner, "' does not exist"),
                       "make it with a `user` step that this one comes after");
    }
    PE_RETURN_IF_ERROR(uid.status());
    attributes.uid = *uid;
  }
  if (!wanted.group.empty()) {
    const absl::StatusOr<uint32_t> gid = accounts.GidOf(wanted.group);
    if (absl::IsNotFound(gid.status())) {
      return StepError(absl::StatusCode::kNotFound, "GROUP_NOT_FOUND",
                       absl::StrCat("group '", wanted.group, "' does not exist"),
                       "make it with a `group` step that this one comes after");
    }
    PE_RETURN_IF_ERROR(gid.status());
    attributes.gid = *gid;
  }
  return attributes;
}

std::string DifferenceOf(const FileAttributes& now, const FileAttributes& wanted) {
  std::vector<std::string> parts;
  if (now.mode != wanted.mode)
    parts.push_back(absl::StrCat("mode ", ModeText(now.mode), " instead of ", ModeText(wanted.mode)));
  if (now.uid != wanted.uid) parts.push_back(absl::StrCat("owner ", now.uid, " instead of ", wanted.uid));
  if (now.gid != wanted.gid) parts.push_back(absl::StrCat("group ", now.gid, " instead of ", wanted.gid));
  return absl::StrJoin(parts, ", ");
}

}  // namespace pe::agent
