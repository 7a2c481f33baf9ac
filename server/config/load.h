// Gathers all sources of the configuration from the process' surroundings.
#ifndef SERVER_CONFIG_LOAD_H_
#define SERVER_CONFIG_LOAD_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/config/config.h"
#include "server/config/flags.h"

namespace pe {

// Reads environ, the file (--config, PE_CONFIG, or /etc/provision-engine/config.yaml when it exists and this is no
// trial) and the caller's ~/.ssh. `default_socket`: where clients look when nobody says otherwise.
absl::StatusOr<Config> LoadConfig(const Flags& flags, const std::string& default_socket);

}  // namespace pe

#endif  // SERVER_CONFIG_LOAD_H_
