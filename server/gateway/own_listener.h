// Dials the gateway's own listener as a client would: for the watchdog.
#ifndef SERVER_GATEWAY_OWN_LISTENER_H_
#define SERVER_GATEWAY_OWN_LISTENER_H_

#include <cstdint>
#include <string>

namespace pe::gateway {

// Whether /healthz answers 200 at `address` ("127.0.0.1:PORT" or "[::1]:PORT") over a new connection; each wait for the
// peer takes at most `timeout_micros`. Blocks; thread-safe.
bool HealthzAnswers(const std::string& address, int64_t timeout_micros);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_OWN_LISTENER_H_
