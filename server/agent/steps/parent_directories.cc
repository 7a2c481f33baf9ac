#include "server/agent/steps/parent_directories.h"

#include <unistd.h>

#include <vector>

#include "base/status.h"

namespace pe::agent {

std::string ParentPath(const std::string& path) {
  const size_t last = path.find_last_not_of('/');
  const size_t slash = path.rfind('/', last);
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

absl::Status MakeParents(const std::string& path, StepContext& context) {
  std::vector<std::string> missing;
  for (std::string at = ParentPath(path); at != "/"; at = ParentPath(at)) {
    PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, context.files.Stat(at));
    if (info) break;  // a link to a directory is as good as one; anything else fails below, with its path
    missing.push_back(at);
  }
  const PathState directory{.kind = PathState::Kind::kDirectory,
                            .attributes = {.mode = 0755, .uid = geteuid(), .gid = getegid()}};
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    PE_RETURN_IF_ERROR(ChangePath(*at, directory, nullptr, nullptr, context).status());
  }
  return absl::OkStatus();
}

}  // namespace pe::agent
