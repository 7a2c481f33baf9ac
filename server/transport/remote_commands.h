// The two command lines that a host ever gets from us by ssh. Constant text: nothing of a request is ever put into
// them.
#ifndef SERVER_TRANSPORT_REMOTE_COMMANDS_H_
#define SERVER_TRANSPORT_REMOTE_COMMANDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/transport/pipe.h"

namespace pe::transport {

enum class Become { kNo, kSudo };

class RemoteCommands {
 public:
  // INVALID_ARGUMENT when `agent_directory` is not an absolute path of [A-Za-z0-9/._-].
  static absl::StatusOr<RemoteCommands> Make(absl::string_view agent_directory);

  const std::string& Line(Program program, Become become) const {
    return lines_[program == Program::kReceive][become == Become::kSudo];
  }

 private:
  std::string lines_[2][2];
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_REMOTE_COMMANDS_H_
