// ApiServer: the gRPC door as a whole: listeners, services, watches and their threads.
// Thread rule: calls come from one thread (main's).
#ifndef SERVER_API_API_SERVER_H_
#define SERVER_API_API_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "server/api/limits.h"
#include "server/engine/engine.h"
#include "server/engine/event_hub.h"
#include "storage/store.h"

namespace grpc {
class Channel;
}

namespace pe {

class Listener;

struct ApiOptions {
  std::string unix_socket;  // path; empty: none
  std::string tcp;          // "127.0.0.1:PORT"; empty: none
  std::string token;        // what calls over TCP must bear; required with tcp
  // Shortened by tests.
  int64_t heartbeat_micros = kHeartbeatMicros;
  int64_t stall_micros = kStallMicros;
};

// All required; all outlive the server.
struct ApiParts {
  Engine* engine = nullptr;
  Store* store = nullptr;
  EventHub* hub = nullptr;
  const Clock* clock = nullptr;
  MetricsText metrics;  // optional
};

class ApiServer {
 public:
  // Opens the listeners; calls wait in their backlog until Serve.
  static absl::StatusOr<std::unique_ptr<ApiServer>> Open(const ApiOptions& options);
  // Shuts down at once if Shutdown was not called.
  ~ApiServer();

  absl::Status Serve(const ApiParts& parts);
  // A channel to this server without a socket, for front doors in the same process. Calls on it need the token, as over
  // TCP. REQUIRES: it serves.
  std::shared_ptr<grpc::Channel> InProcessChannel();
  // Health says so and no connection is accepted any more; calls still work.
  void StopAccepting();
  // Ends watches (resumably), waits for other calls for at most `grace_micros`, then cancels them.
  void Shutdown(int64_t grace_micros);

  const std::string& unix_socket() const;
  const std::string& tcp_address() const;  // with the true port; empty: none

 private:
  struct Running;
  explicit ApiServer(const ApiOptions& options);

  const ApiOptions options_;
  std::unique_ptr<Listener> unix_;
  std::unique_ptr<Listener> tcp_;
  std::unique_ptr<Running> running_;
};

}  // namespace pe

#endif  // SERVER_API_API_SERVER_H_
