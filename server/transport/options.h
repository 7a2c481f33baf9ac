// What every transport is built with. Plain values; the defaults are the product's, tests shorten and redirect them.
#ifndef SERVER_TRANSPORT_OPTIONS_H_
#define SERVER_TRANSPORT_OPTIONS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "server/transport/transport.h"

namespace pe {

struct TransportOptions {
  AgentBinaries binaries;

  // Where the agent lives on a host that is reached by ssh. Part of the two constant command lines: only
  // [A-Za-z0-9/._-].
  std::string agent_directory = "/var/lib/pe-agent";
  // What local and rootfs agents get in their environment beside PATH, LANG and HOME; PE_AGENT_RUN and PE_AGENT_STATE
  // of the engine's own environment are passed on by MakeTransports.
  std::vector<std::pair<std::string, std::string>> agent_environment;
  // `local` connects to this unix socket instead of starting an agent by itself (a root-owned socket unit that runs
  // `pe-agent attach`), so that the engine need not be root. Empty: start it.
  std::string local_socket;
  std::string ssh_program = "/usr/bin/ssh";  // the client that `openssh` runs

  int64_t connect_timeout_us = 10 * kMicrosPerSecond;  // name, TCP and key exchange
  int64_t login_timeout_us = 15 * kMicrosPerSecond;    // authentication
  int64_t hello_timeout_us = 20 * kMicrosPerSecond;    // from the start of the agent, or the last progress of its push
  int64_t slowest_push_bytes_per_s = 16 * 1024;        // a push gets that much longer, as buffers hide its progress
  // An open connection that is silent is looked at every tick: two silent ticks bring a Ping, five end it. So a dead
  // peer is noticed within 24 s. Ticks are counted instead of time, so that an engine that was stopped itself (a
  // debugger, a suspended machine) does not blame its hosts.
  int64_t tick_us = 4 * kMicrosPerSecond;

  int logins_per_address = 8;  // unauthenticated connections to one address at once; sshd's MaxStartups begins at 10
  int logins_at_once = 64;     // in all, so that the key exchanges of a big wave do not starve each other
};

}  // namespace pe

#endif  // SERVER_TRANSPORT_OPTIONS_H_
