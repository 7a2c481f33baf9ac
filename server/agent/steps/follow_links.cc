#include "server/agent/steps/follow_links.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/agent/steps/parent_directories.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

absl::StatusOr<std::string> FollowLinks(FileSystem& files, const std::string& path) {
  std::string at = path;
  for (int hop = 0; hop < 8; ++hop) {
    PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, files.Stat(at));
    if (!info || info->type != FileInfo::Type::kSymlink) return at;
    PE_ASSIGN_OR_RETURN(std::string target, files.ReadLink(at));
    at = target[0] == '/' ? target : absl::StrCat(ParentPath(at), "/", target);
  }
  return StepError(absl::StatusCode::kFailedPrecondition, "LINK_LOOP",
                   absl::StrCat(path, " leads through too many symbolic links"), "name the file itself");
}

}  // namespace pe::agent
