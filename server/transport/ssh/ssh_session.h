// SshSession: a libssh session, non-blocking, with our options: no configuration file of the machine is read, modern
// algorithms only, and the host key is compared by us, never by libssh's known_hosts.
// Thread rule: one owner at a time, which may be handed on; libssh has no locks for it.
//
// libssh and a loop of one's own. An ssh_event is not used: with several sessions in one, handling the packets of one
// runs the others' too. Each session keeps its own poll set, and every call below polls it once without waiting. So one
// waits for the descriptor with Events(), then calls again what said kAgain. A call may take in more packets than it
// needed: after any of them, what a channel has buffered must be read, since the descriptor will not tell of it again.
#ifndef SERVER_TRANSPORT_SSH_SSH_SESSION_H_
#define SERVER_TRANSPORT_SSH_SSH_SESSION_H_

#include <libssh/libssh.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace pe::transport {

struct SshTarget {
  std::string host;
  int port = 22;
  std::string user;
  std::string agent_socket;  // empty: none
};

class SshSession {
 public:
  // Takes a connected socket; closed here also when this fails.
  static absl::StatusOr<SshSession> Make(int socket_fd, const SshTarget& target);

  ssh_session raw() const { return session_.get(); }
  int fd() const { return ssh_get_fd(raw()); }
  // What to wait for: EPOLLIN, with EPOLLOUT when something waits to be written.
  uint32_t Events() const;
  std::string Error() const { return ssh_get_error(raw()); }
  // "SHA256:..." of the key that the host has proved to own; after the key exchange.
  absl::StatusOr<std::string> HostKey() const;
  // libssh makes the socket blocking when it takes it over. To be called once the key exchange is done.
  void MakeSocketNonBlocking() const;

 private:
  struct Free {
    void operator()(ssh_session session) const;
  };
  explicit SshSession(ssh_session session) : session_(session) {}

  std::unique_ptr<ssh_session_struct, Free> session_;
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_SSH_SSH_SESSION_H_
