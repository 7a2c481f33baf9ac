// Gateway: the HTTP door: REST, streams, WebSocket and the page, all of it through the engine's public gRPC API.
// Thread rule: calls come from one thread (main's).
#ifndef SERVER_GATEWAY_GATEWAY_H_
#define SERVER_GATEWAY_GATEWAY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace grpc {
class Channel;
}

namespace pe::gateway {

struct GatewayOptions {
  std::string listen;              // "127.0.0.1:PORT", port 0 for a free one
  std::vector<std::string> hosts;  // names that Host may have besides those of loopback
  std::string web_root;            // folder of the page instead of the one in the program; empty: that one
  // Makes a channel to the engine. It must not give rights by itself (as a unix socket does): callers bring theirs.
  std::function<std::shared_ptr<grpc::Channel>()> connect;
  int streams_per_channel = 0;  // 0: no bound
  int threads = 2;
  std::string version;  // of the program
};

class Gateway {
 public:
  // Listens and serves. INVALID_ARGUMENT for an address that is not loopback; FAILED_PRECONDITION when it is taken.
  static absl::StatusOr<std::unique_ptr<Gateway>> Start(GatewayOptions options);
  // Shuts down at once if Shutdown was not called.
  ~Gateway();

  const std::string& address() const;  // with the true port

  // Accepts no more, ends streams (resumably), waits for other calls for at most `grace_micros`, then cuts them.
  void Shutdown(int64_t grace_micros);

 private:
  struct Impl;
  explicit Gateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_GATEWAY_H_
