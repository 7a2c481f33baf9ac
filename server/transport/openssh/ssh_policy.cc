#include "server/transport/openssh/ssh_policy.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/transport/host_key.h"
#include "server/transport/openssh/ssh_command.h"
#include "server/transport/reasons.h"

namespace pe::transport {
namespace {

// ssh's own failures, whatever the remote program did.
constexpr int kSshFailed = 255;

}  // namespace

SshPolicy::~SshPolicy() {
  if (folder_.empty()) return;
  unlink(OfferedFile().c_str());
  rmdir(folder_.c_str());
}

absl::StatusOr<ChildCommand> SshPolicy::Command(Program program) {
  if (folder_.empty()) {
    char name[] = "/tmp/pe-ssh-XXXXXX";
    if (mkdtemp(name) == nullptr) return absl::UnavailableError(absl::StrCat("/tmp: ", strerror(errno)));
    folder_ = name;
  }
  unlink(OfferedFile().c_str());
  const Become become =
      parts_.request.credential.become && LoginUser(parts_.request) != "root" ? Become::kSudo : Become::kNo;
  return SshCommand(*parts_.options, parts_.request, parts_.pinned, OfferedFile(),
                    parts_.commands->Line(program, become));
}

std::string SshPolicy::Offered() const {
  std::ifstream file(OfferedFile());
  std::string line;
  std::getline(file, line);
  const absl::StatusOr<std::string> key = PinnedKey(line);
  return key.ok() ? *key : "";
}

// It has no key to show after so long: there is no ssh server, or a slow one.
std::optional<CloseReason> SshPolicy::Stuck() const {
  if (!Offered().empty()) return std::nullopt;
  return ConnectTimeout(TargetName(parts_.request.address), parts_.options->connect_timeout_us);
}

void SshPolicy::Judge(PipeEnd& end) {
  if (end.exit_code == kSshFailed || (end.exit_code < 0 && end.signal == 0)) end.broken = WhyBroken(end);
}

// What was done is told by the exit code and the noted key; ssh's text only tells one kind of failure from another, and
// is shown.
CloseReason SshPolicy::WhyBroken(const PipeEnd& end) const {
  const std::string target = TargetName(parts_.request.address);
  const std::string& text = end.error_text;
  const auto says = [&](absl::string_view words) { return absl::StrContains(text, words); };
  const std::string offered = Offered();
  if (!offered.empty() && offered != parts_.pinned) {
    return parts_.pinned.empty() ? HostKeyUnknown(target, offered) : HostKeyChanged(target, parts_.pinned, offered);
  }
  if (offered.empty() && says("Host key verification failed")) return HostOnTheWayUnknown(target, text);
  if (says("Permission denied") || says("Too many authentication failures")) {
    return AuthenticationFailed(LoginUser(parts_.request), target, text);
  }
  if (says("Could not resolve hostname")) {
    return NameNotFound(parts_.request.address.host, text, says("Temporary failure"));
  }
  if (says("timed out during banner exchange") || says("Connection timed out") || says("Operation timed out")) {
    return ConnectTimeout(target, parts_.options->connect_timeout_us);
  }
  if (says("Unable to negotiate") || says("no matching")) return NoCommonAlgorithms(target, text);
  if (says("Connection refused") || says("No route to host") || says("Network is unreachable"))
    return ConnectRefused(target, text);
  return offered.empty() ? HandshakeFailed(target, text) : ConnectionLost(target, text);
}

}  // namespace pe::transport
