// Addresses that the API may listen on over TCP. Pure; thread-safe.
#ifndef SERVER_API_LOOPBACK_H_
#define SERVER_API_LOOPBACK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe {

struct LoopbackAddress {
  bool v6 = false;
  std::string host;  // "127.0.0.1" or "::1"
  int port = 0;      // 0: a free one
};

// "127.0.0.1:PORT", "localhost:PORT" or "[::1]:PORT". INVALID_ARGUMENT for any other: it would need TLS.
absl::StatusOr<LoopbackAddress> ParseLoopback(absl::string_view text);

}  // namespace pe

#endif  // SERVER_API_LOOPBACK_H_
