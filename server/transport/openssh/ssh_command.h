// The command line of the system's ssh client. Pure.
//
// The host key. ssh itself refuses every key that is not listed (StrictHostKeyChecking=yes), and the only list it gets
// is the answer of a KnownHostsCommand: a constant shell line that notes the fingerprint which ssh computed of the
// offered key, and lists that key only if the fingerprint is the pinned one. ssh then compares the key itself. No
// known_hosts file is read or written, ssh_config cannot loosen it (options of the command line win), and host
// certificates are not offered, so that both ssh transports look at the same thing: the host's plain key. It happens
// before authentication. Hosts on the way (ProxyJump) are checked by the user's own configuration, without anybody to
// ask.
#ifndef SERVER_TRANSPORT_OPENSSH_SSH_COMMAND_H_
#define SERVER_TRANSPORT_OPENSSH_SSH_COMMAND_H_

#include <string>

#include "server/transport/child_process.h"
#include "server/transport/options.h"

namespace pe::transport {

// REQUIRES: request's host and user do not start with '-', `pinned` is checked (host_key.h) and may be empty,
// `offered_file` is a path of [A-Za-z0-9/._-] to which the offered fingerprint is written.
ChildCommand SshCommand(const TransportOptions& options, const ConnectRequest& request, const std::string& pinned,
                        const std::string& offered_file, const std::string& remote_line);

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_OPENSSH_SSH_COMMAND_H_
