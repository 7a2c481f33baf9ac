// The flags of `pe apply` that divide its targets into waves.
#ifndef CLIENT_CLI_COMMANDS_ROLLOUT_H_
#define CLIENT_CLI_COMMANDS_ROLLOUT_H_

#include "absl/status/status.h"
#include "client/cli/commands/options.h"
#include "provision/v1/provision_service.pb.h"

namespace pe::cli {

// Sets `rollout` when any flag asks for one: what the file of --rollout says, with single flags in place of its fields.
// INVALID_ARGUMENT with the flag's name, or with the file's line. Reads that file.
absl::Status FillRollout(const RolloutOptions& options, provision::v1::ProvisionRequest* request);

}  // namespace pe::cli

#endif  // CLIENT_CLI_COMMANDS_ROLLOUT_H_
