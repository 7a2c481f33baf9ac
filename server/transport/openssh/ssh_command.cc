#include "server/transport/openssh/ssh_command.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "server/transport/host_key.h"

namespace pe::transport {
namespace {

// Arguments: %I why it is asked, %f fingerprint, then %H %t %K as a line of known_hosts; FILE, PINNED.
constexpr char kKnownHosts[] =
    "/bin/sh -c '[ \"$1\" = HOSTNAME ] || exit 0; umask 077; echo \"$2\" > \"$6\"; "
    "[ \"$2\" = \"$7\" ] && echo \"$3 $4 $5\"; exit 0' pe %I %f %H %t %K ";

constexpr const char* kOptions[] = {
    // Who the host is.
    "StrictHostKeyChecking=yes",
    "UserKnownHostsFile=none",
    "GlobalKnownHostsFile=none",
    "CheckHostIP=no",
    "VerifyHostKeyDNS=no",
    "UpdateHostKeys=no",
    "NoHostAuthenticationForLocalhost=no",
    "FingerprintHash=sha256",
    // Nobody is there to be asked, and nothing is shared between connections.
    "BatchMode=yes",
    "PasswordAuthentication=no",
    "KbdInteractiveAuthentication=no",
    "ControlMaster=no",
    "ControlPath=none",
    "ControlPersist=no",
    // A plain stream of bytes and nothing beside it.
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "RequestTTY=no",
    "EscapeChar=none",
    "PermitLocalCommand=no",
    "RemoteCommand=none",
    "ForkAfterAuthentication=no",
    "StdinNull=no",
    "SessionType=default",
    "Compression=no",
    "LogLevel=ERROR",
    "ConnectionAttempts=1",
    "ServerAliveInterval=8",
    "ServerAliveCountMax=2",
};

std::string Environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return absl::StrCat(name, "=", value == nullptr ? otherwise : value);
}

void AppendLogin(const ConnectRequest& request, std::vector<std::string>& argv) {
  const Credential& credential = request.credential;
  argv.insert(argv.end(), {"-l", LoginUser(request)});
  if (request.address.port != 0) argv.insert(argv.end(), {"-p", absl::StrCat(request.address.port)});
  for (const std::string& file : credential.key_files) argv.insert(argv.end(), {"-i", file});
  if (!credential.agent_socket.empty())
    argv.insert(argv.end(), {"-o", absl::StrCat("IdentityAgent=", credential.agent_socket)});
  // Only what the credential names, unless it names nothing: then ssh_config decides.
  if (!credential.key_files.empty() && credential.agent_socket.empty())
    argv.insert(argv.end(), {"-o", "IdentitiesOnly=yes"});
}

}  // namespace

ChildCommand SshCommand(const TransportOptions& options, const ConnectRequest& request, const std::string& pinned,
                        const std::string& offered_file, const std::string& remote_line) {
  ChildCommand command;
  command.argv = {options.ssh_program};
  if (!request.credential.ssh_config.empty()) {
    command.argv.insert(command.argv.end(), {"-F", request.credential.ssh_config});
  }
  for (const char* option : kOptions) command.argv.insert(command.argv.end(), {"-o", option});
  command.argv.insert(command.argv.end(), {"-o", absl::StrCat("HostKeyAlgorithms=", kHostKeyAlgorithms)});
  const int64_t seconds = std::max<int64_t>(1, options.connect_timeout_us / kMicrosPerSecond);
  command.argv.insert(command.argv.end(), {"-o", absl::StrCat("ConnectTimeout=", seconds)});
  command.argv.insert(command.argv.end(), {"-o", absl::StrCat("KnownHostsCommand=", kKnownHosts, offered_file, " ",
                                                              pinned.empty() ? "none" : pinned)});
  AppendLogin(request, command.argv);
  command.argv.insert(command.argv.end(), {"--", request.address.host, remote_line});
  // ssh needs HOME for its configuration; SSH_AUTH_SOCK is left out: a credential names its agent or has none.
  command.environment = {Environment("PATH", "/usr/bin:/bin"), Environment("HOME", "/"), Environment("USER", "root"),
                         "LC_ALL=C"};
  return command;
}

}  // namespace pe::transport
