// The directories above a path.
#ifndef SERVER_AGENT_STEPS_PARENT_DIRECTORIES_H_
#define SERVER_AGENT_STEPS_PARENT_DIRECTORIES_H_

#include <string>

#include "server/agent/steps/path_change.h"

namespace pe::agent {

// "/a/b" of "/a/b/c", "/" of "/a". REQUIRES: an absolute path.
std::string ParentPath(const std::string& path);

// Makes those that are missing above `path`, mode 0755, owned by the agent's user, each written down for undo.
absl::Status MakeParents(const std::string& path, StepContext& context);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_PARENT_DIRECTORIES_H_
