#include "server/transport/local/agent_child.h"

#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/transport/agent_files.h"
#include "server/transport/reasons.h"

namespace pe::transport {

bool NeedsSudo(const Credential& credential) { return credential.become && geteuid() != 0; }

AgentChild::AgentChild(const TransportOptions& options, std::string target, std::vector<std::string> arguments,
                       bool sudo)
    : target_(std::move(target)), sudo_(sudo) {
  if (sudo) command_.argv = {"/usr/bin/sudo", "-n"};
  command_.argv.push_back(AgentFiles(options.binaries.directory).PathFor(OwnArchitecture()));
  command_.argv.insert(command_.argv.end(), arguments.begin(), arguments.end());
  // Nothing of the engine's environment: it may hold tokens.
  command_.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
                          "HOME=/root"};
  for (const auto& [name, value] : options.agent_environment) {
    command_.environment.push_back(absl::StrCat(name, "=", value));
  }
}

absl::StatusOr<ChildCommand> AgentChild::Command(Program program) {
  if (program != Program::kAttach) return absl::InternalError("a local agent is never pushed");
  return command_;
}

void AgentChild::Judge(PipeEnd& end) {
  if (sudo_ && absl::StartsWith(end.error_text, "sudo:"))
    end.broken = BecomeFailed("the engine's user", end.error_text);
}

}  // namespace pe::transport
