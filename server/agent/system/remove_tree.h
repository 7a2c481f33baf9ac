// Removal of a whole tree: never through a symbolic link, never across a mount.
#ifndef SERVER_AGENT_SYSTEM_REMOVE_TREE_H_
#define SERVER_AGENT_SYSTEM_REMOVE_TREE_H_

#include <string>

#include "absl/status/status.h"

namespace pe::agent {

// Removes `real`; `shown` stands for it in errors. What is not there is removed already. FAILED_PRECONDITION when
// something below is a mount point: nothing below that is touched, what came before it is gone.
absl::Status RemoveTree(const std::string& real, const std::string& shown);

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_REMOVE_TREE_H_
