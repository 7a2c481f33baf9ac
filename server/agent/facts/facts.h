// What the agent knows about its host without running a program: from /etc, /proc, /var/lib and system calls. A fact
// that cannot be read is left empty. Thread-safe; well under a millisecond.
#ifndef SERVER_AGENT_FACTS_FACTS_H_
#define SERVER_AGENT_FACTS_FACTS_H_

#include "base/clock.h"
#include "provision/v1/fact.pb.h"
#include "server/agent/system/file_system.h"

namespace pe::agent {

struct FactOptions {
  bool rootfs = false;  // inside `pe-agent rootfs`: the kernel, its network and its clock belong to another machine
};

provision::v1::Facts GatherFacts(FileSystem& files, const Clock& clock, const FactOptions& options);

// Differs between any two boots of the host, also of a container that shares its kernel's boot id.
std::string BootMark(FileSystem& files);

// systemd is the init of this host (its sd_booted test).
bool HasInit(FileSystem& files);

}  // namespace pe::agent

#endif  // SERVER_AGENT_FACTS_FACTS_H_
