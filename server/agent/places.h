// Where the agent keeps things on its host.
#ifndef SERVER_AGENT_PLACES_H_
#define SERVER_AGENT_PLACES_H_

#include <string>

#include "absl/status/status.h"

namespace pe::agent {

// /run/pe-agent (socket, lock), or the environment's PE_AGENT_RUN.
std::string RunFolder();
// /var/lib/pe-agent (journals, undo), or the environment's PE_AGENT_STATE.
std::string StateFolder();
// Nothing was redirected by the environment: this is a host in earnest, not a test.
bool UsualPlaces();

// Makes the folder with mode 0700 when it is not there. FAILED_PRECONDITION when it is there and belongs to somebody
// else, or others may write or read in it: a socket in it would not be safe.
absl::Status MakeSafeFolder(const std::string& path);

}  // namespace pe::agent

#endif  // SERVER_AGENT_PLACES_H_
