// Transport: a byte stream to an agent on a host, carrying frames. What lies between (a process, ssh, a chroot) is the
// transport's own business: nothing above it knows which one it is.
//
// Life. Connect() returns at once; `observer` then gets OnOpen, frames, and exactly one OnClosed, or only OnClosed when
// the connection could not be made. Between Connect and OnClosed the observer is kept alive by the transport.
// Thread rule: all calls are thread-safe and do not block. Observer calls of one connection come from one thread at a
// time, never from within Send or Close; they must be short.
#ifndef SERVER_TRANSPORT_TRANSPORT_H_
#define SERVER_TRANSPORT_TRANSPORT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "provision/agent/v1/agent.pb.h"

namespace pe {

// How to log in; an entry of the engine's configuration. Requests name it and never carry its content.
struct Credential {
  std::string name;                    // as requests name it
  std::string user;                    // used when the address names none; empty: "root"
  std::vector<std::string> key_files;  // private keys on the engine's machine, tried in order
  std::string agent_socket;            // ssh-agent socket; empty: none
  bool become = false;                 // the login user becomes root by `sudo -n`
  std::string ssh_config;              // `openssh` only: file given as `ssh -F`; empty: the system's
};

// A parsed target address: "TRANSPORT://[USER@]HOST[:PORT][/PATH]".
struct Address {
  std::string transport;  // "ssh", "openssh", "local", "rootfs"
  std::string user;
  std::string host;
  int port = 0;      // 0: the transport's default
  std::string path;  // rootfs: absolute path of the root directory
};

struct ConnectRequest {
  Address address;
  Credential credential;
  std::string host_key;  // pinned "SHA256:..."; empty: not known yet
};

// Why a connection could not be made or was lost. `code` is shown as the target's reason code.
struct CloseReason {
  // Codes: "" (closed by Close()), HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, CONNECT_REFUSED, CONNECT_TIMEOUT,
  // NAME_NOT_FOUND, AUTHENTICATION_FAILED, BECOME_FAILED, AGENT_PUSH_FAILED, AGENT_FAILED, CONNECTION_LOST,
  // PROTOCOL_ERROR, UNSUPPORTED.
  std::string code;
  std::string message;           // one sentence, with what to do next where that is known
  std::string offered_host_key;  // with HOST_KEY_UNKNOWN and HOST_KEY_CHANGED: what the host showed
  // Trying again may help without anybody's doing (a refused connection: yes; a wrong key: no).
  bool retryable = false;
};

class ConnectionObserver {
 public:
  virtual ~ConnectionObserver() = default;
  // The agent answers; `hello` is its first frame. `host_key` is what the host proved ("" where there is none).
  virtual void OnOpen(const provision::agent::v1::Hello& hello, const std::string& host_key) = 0;
  // A later frame.
  virtual void OnFrame(provision::agent::v1::Frame frame) = 0;
  // The end. No further call follows.
  virtual void OnClosed(const CloseReason& reason) = 0;
};

class Connection {
 public:
  virtual ~Connection() = default;
  // Queues a frame. False when the connection is closed or more than the bound (8 MiB) waits to be sent; the caller
  // then closes it. Frames over 1 MiB are a programming error.
  virtual bool Send(const provision::agent::v1::Frame& frame) = 0;
  // Ends the connection; OnClosed follows, if it has not come yet. Work on the host goes on.
  virtual void Close() = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Starts to connect, pushing the agent when the host does not have it. Never fails by itself: see OnClosed.
  // Dropping the returned pointer closes the connection.
  virtual std::unique_ptr<Connection> Connect(const ConnectRequest& request,
                                              std::shared_ptr<ConnectionObserver> observer) = 0;
};

// What a transport needs of the engine's machine to bring an agent to a host.
struct AgentBinaries {
  std::string directory;  // holds pe-agent-amd64, pe-agent-arm64
};

}  // namespace pe

#endif  // SERVER_TRANSPORT_TRANSPORT_H_
