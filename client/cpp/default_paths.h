// Where engine and clients meet when nobody says otherwise. The one place that knows: provisiond includes it too.
// Pure functions of the process' user and environment; thread-safe as getenv is.
#ifndef CLIENT_CPP_DEFAULT_PATHS_H_
#define CLIENT_CPP_DEFAULT_PATHS_H_

#include <unistd.h>

#include <cstdlib>
#include <string>

namespace provision::client {

// The folder of the engine's run-time files, mode 0700: "/run/provision-engine" for root, otherwise
// "$XDG_RUNTIME_DIR/provision-engine" ("/run/user/UID/provision-engine" when that is not set).
inline std::string DefaultRuntimeDirectory() {
  if (geteuid() == 0) return "/run/provision-engine";
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && runtime[0] == '/') return std::string(runtime) + "/provision-engine";
  return "/run/user/" + std::to_string(geteuid()) + "/provision-engine";
}

// The engine's local listener, mode 0600.
inline std::string DefaultSocketPath() { return DefaultRuntimeDirectory() + "/engine.sock"; }

}  // namespace provision::client

#endif  // CLIENT_CPP_DEFAULT_PATHS_H_
