// Serving the protocol in this process, with the host's real files and programs.
#ifndef SERVER_AGENT_SERVE_H_
#define SERVER_AGENT_SERVE_H_

#include <atomic>
#include <string>

#include "server/agent/loop.h"

namespace pe::agent {

struct ServeOptions {
  bool standard_streams = false;  // speak on standard input and output, and end with them
  bool rootfs = false;            // inside `pe-agent rootfs`
  std::string cgroup;             // a delegated cgroup2 subtree for commands; empty: none
  Loop::Options loop;
};

// Until the loop's end. Runs that are under way then are gone on with by the next life. Returns the exit code.
int Serve(const ServeOptions& options);

}  // namespace pe::agent

#endif  // SERVER_AGENT_SERVE_H_
