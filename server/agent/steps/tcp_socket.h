// A TCP connection with deadlines, for probes. Never blocks longer than its deadline or a set token.
#ifndef SERVER_AGENT_STEPS_TCP_SOCKET_H_
#define SERVER_AGENT_STEPS_TCP_SOCKET_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/agent/steps/step.h"
#include "server/agent/system/unique_fd.h"

namespace pe::agent {

// Literal addresses of a host name: itself when it is one, else /etc/hosts, else the host's `getent ahosts`. Never
// getaddrinfo, which a static binary cannot use. NOT_FOUND (code NAME_NOT_FOUND) when nobody knows it.
absl::StatusOr<std::vector<std::string>> ResolveHost(const std::string& host, StepContext& context);

class TcpSocket {
 public:
  // Tries every address until one accepts. UNAVAILABLE (code CONNECT_FAILED) names the last failure.
  static absl::StatusOr<TcpSocket> Connect(const std::string& host, int port, MonoMicros deadline,
                                           StepContext& context);

  absl::Status Send(absl::string_view bytes, MonoMicros deadline, StepContext& context);
  // Appends what arrives next; false at the end of the stream.
  absl::StatusOr<bool> Receive(std::string* bytes, MonoMicros deadline, StepContext& context);

 private:
  explicit TcpSocket(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_TCP_SOCKET_H_
