// The file systems that a root needs while an agent works inside it.
#ifndef SERVER_AGENT_ROOTFS_MOUNTS_H_
#define SERVER_AGENT_ROOTFS_MOUNTS_H_

#include <string>

#include "absl/status/status.h"

namespace pe::agent {

// REQUIRES: this process is in a mount namespace of its own and the first of its PID namespace. Makes all mounts
// private, then mounts below `directory`, making the mount points that are missing.
absl::Status MountRoot(const std::string& directory);

}  // namespace pe::agent

#endif  // SERVER_AGENT_ROOTFS_MOUNTS_H_
