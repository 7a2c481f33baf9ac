// The flags of `pe apply` and `pe env` that divide a job's targets into waves.
#ifndef CLIENT_CLI_COMMANDS_ROLLOUT_H_
#define CLIENT_CLI_COMMANDS_ROLLOUT_H_

#include <optional>

#include "absl/status/statusor.h"
#include "client/cli/commands/options.h"
#include "provision/v1/rollout.pb.h"

namespace pe::cli {

// What the file of --rollout says, with single flags in place of its fields; nothing when no flag asks for a rollout.
// INVALID_ARGUMENT with the flag's name, or with the file's line. Reads that file.
absl::StatusOr<std::optional<provision::v1::Rollout>> ReadRollout(const RolloutOptions& options);

}  // namespace pe::cli

#endif  // CLIENT_CLI_COMMANDS_ROLLOUT_H_
