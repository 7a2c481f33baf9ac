// A ProvisionRequest from a command line and its files.
// Reads files, the environment and standard input as the options name them; thread-compatible.
#ifndef CLIENT_CLI_COMMANDS_REQUEST_H_
#define CLIENT_CLI_COMMANDS_REQUEST_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "client/cli/commands/options.h"
#include "client/cli/spec_file/spec_file.h"
#include "provision/v1/provision_service.pb.h"

namespace pe::cli {

// The values of --var-file, --var and --secret, later ones first: --secret over --var over --var-file. `spec` may be
// null; with it, a secret given by --var is refused, because argv is for everyone to read.
absl::Status ReadValues(const ValueOptions& options, const provision::v1::ServiceSpec* spec,
                        std::map<std::string, std::string>* values);

// Everything but the spec. INVALID_ARGUMENT names the flag that is wrong.
absl::Status FillRequest(const ApplyOptions& options, provision::v1::ProvisionRequest* request);

}  // namespace pe::cli

#endif  // CLIENT_CLI_COMMANDS_REQUEST_H_
