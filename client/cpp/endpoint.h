// Where an engine listens, as a person writes it.
// Pure; thread-safe.
#ifndef CLIENT_CPP_ENDPOINT_H_
#define CLIENT_CPP_ENDPOINT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace provision::client {

struct Endpoint {
  std::string address;  // as gRPC takes it: "unix:/path" or "dns:///host:port"
  std::string shown;    // as it is named in messages
  bool local = false;   // a unix socket or a loopback address: no TLS needed
  bool is_unix = false;
};

// "unix:/path", "/path", "host:port" or "[v6]:port"; empty means the default socket.
// INVALID_ARGUMENT says which forms there are.
absl::StatusOr<Endpoint> ParseEndpoint(absl::string_view text);

}  // namespace provision::client

#endif  // CLIENT_CPP_ENDPOINT_H_
