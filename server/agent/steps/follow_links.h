// Where a path leads when its last part is a symbolic link.
#ifndef SERVER_AGENT_STEPS_FOLLOW_LINKS_H_
#define SERVER_AGENT_STEPS_FOLLOW_LINKS_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/agent/system/file_system.h"

namespace pe::agent {

// The path at the end of the links; it need not exist. FAILED_PRECONDITION (code LINK_LOOP) after eight links.
absl::StatusOr<std::string> FollowLinks(FileSystem& files, const std::string& path);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_FOLLOW_LINKS_H_
