// Dials the engine's own listener as a client would: for the watchdog.
#ifndef SERVER_API_OWN_LISTENER_H_
#define SERVER_API_OWN_LISTENER_H_

#include <cstdint>
#include <string>

namespace pe {

// Whether grpc.health.v1.Health/Check answers at `target` ("unix:/run/engine.sock" or "127.0.0.1:PORT") over a new
// connection within `timeout_micros`. What it answers does not matter: an engine that waits for its disk is not mended
// by a new start. Blocks; thread-safe.
bool HealthAnswers(const std::string& target, int64_t timeout_micros);

}  // namespace pe

#endif  // SERVER_API_OWN_LISTENER_H_
