// `pe-agent rootfs DIR`: serves the protocol from inside a root file system on this machine, as if it were a host.
//
// In mount and PID namespaces of its own: /proc, a read-only /sys, a /dev of a few nodes, fresh /run and /tmp are
// mounted below DIR and nowhere else; /usr/sbin/policy-rc.d says 101 meanwhile, so that packages start no services.
// When the standard streams end, or any of the processes is killed, everything in it ends and the mounts go with the
// namespace.
#ifndef SERVER_AGENT_ROOTFS_H_
#define SERVER_AGENT_ROOTFS_H_

#include <string>

namespace pe::agent {

// Returns the exit code: 64 when DIR cannot be a root, with a text on standard error.
int RunRootfs(const std::string& directory);

}  // namespace pe::agent

#endif  // SERVER_AGENT_ROOTFS_H_
