// Tells whoever started the program that it serves, or ends.
#ifndef SERVER_CONFIG_READINESS_H_
#define SERVER_CONFIG_READINESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pe {

// Where calls are served; empty: not there.
struct ReadyAddresses {
  std::string socket;
  std::string address;  // gRPC over TCP
  std::string http;     // the gateway
};
// {"socket":..., "address":..., "http":..., "pid":...}, written atomically.
absl::Status WriteReadyFile(const std::string& path, const ReadyAddresses& where);

// To systemd, when NOTIFY_SOCKET is set; for example "READY=1" or "STOPPING=1".
void NotifySystemd(absl::string_view state);

}  // namespace pe

#endif  // SERVER_CONFIG_READINESS_H_
