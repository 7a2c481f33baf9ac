#include "server/transport/reasons.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/clock.h"
#include "base/text.h"

namespace pe::transport {
namespace {

enum class Again { kNo, kYes };

CloseReason Make(absl::string_view code, std::string message, Again again) {
  return {.code = std::string(code), .message = std::move(message), .retryable = again == Again::kYes};
}

// " (what was written)" on one line, or nothing.
std::string Quoted(absl::string_view detail) {
  const std::string line = absl::StrReplaceAll(absl::StripAsciiWhitespace(detail), {{"\r", ""}, {"\n", "; "}});
  const std::string text = Shorten(Printable(line), 500);
  return text.empty() ? "" : absl::StrCat(" (", text, ")");
}

std::string Seconds(int64_t micros) { return absl::StrCat(static_cast<double>(micros) / kMicrosPerSecond, " s"); }

}  // namespace

CloseReason Closed() { return Make("", "closed", Again::kNo); }

CloseReason HostKeyUnknown(absl::string_view target, absl::string_view offered) {
  CloseReason reason = Make("HOST_KEY_UNKNOWN",
                            absl::StrCat(target, " shows the host key ", offered,
                                         ", which nobody has confirmed; compare it on the host with `ssh-keygen -lf "
                                         "/etc/ssh/ssh_host_ed25519_key.pub` and trust it with `pe resource trust`"),
                            Again::kNo);
  reason.offered_host_key = std::string(offered);
  return reason;
}

CloseReason HostKeyChanged(absl::string_view target, absl::string_view pinned, absl::string_view offered) {
  CloseReason reason = Make(
      "HOST_KEY_CHANGED",
      absl::StrCat(target, " shows the host key ", offered, " instead of ", pinned,
                   ": another machine answers, or it was installed anew; nothing was sent; find out which, and only "
                   "then trust the new key with `pe resource trust`"),
      Again::kNo);
  reason.offered_host_key = std::string(offered);
  return reason;
}

CloseReason BadPinnedKey(absl::string_view target, absl::string_view pinned) {
  return Make("UNSUPPORTED",
              absl::StrCat("the host key of ", target, " is \"", Shorten(Printable(pinned), 80),
                           "\"; it must be the fingerprint as `ssh-keygen -l` prints it: SHA256: and 43 characters"),
              Again::kNo);
}

CloseReason NameNotFound(absl::string_view host, absl::string_view detail, bool retryable) {
  return Make(
      "NAME_NOT_FOUND",
      absl::StrCat("the name ", host, " has no address", Quoted(detail), "; correct the address or the name service"),
      retryable ? Again::kYes : Again::kNo);
}

CloseReason ConnectRefused(absl::string_view target, absl::string_view detail) {
  return Make("CONNECT_REFUSED",
              absl::StrCat(target, " does not take the connection", Quoted(detail),
                           "; is its ssh server running, and is the port right?"),
              Again::kYes);
}

CloseReason ConnectTimeout(absl::string_view target, int64_t timeout_us) {
  return Make("CONNECT_TIMEOUT",
              absl::StrCat(target, " did not answer within ", Seconds(timeout_us),
                           "; is it up, and does a firewall drop the connection?"),
              Again::kYes);
}

CloseReason HandshakeFailed(absl::string_view target, absl::string_view detail) {
  return Make(
      "CONNECT_REFUSED",
      absl::StrCat(target, " ended the connection before the login", Quoted(detail),
                   "; its ssh server is overloaded (MaxStartups), blocks this address, or is not an ssh server"),
      Again::kYes);
}

CloseReason HostOnTheWayUnknown(absl::string_view target, absl::string_view detail) {
  return Make("UNSUPPORTED",
              absl::StrCat("a host on the way to ", target, " is not known", Quoted(detail),
                           "; add its key to the known_hosts file that the credential's ssh_config names for it"),
              Again::kNo);
}

CloseReason NoCommonAlgorithms(absl::string_view target, absl::string_view detail) {
  return Make("UNSUPPORTED",
              absl::StrCat(target, " offers no algorithm that we accept", Quoted(detail),
                           "; update its ssh server, or use openssh:// with an ssh_config that allows what it needs"),
              Again::kNo);
}

CloseReason AuthenticationFailed(absl::string_view user, absl::string_view target, absl::string_view detail) {
  return Make(
      "AUTHENTICATION_FAILED",
      absl::StrCat(target, " refuses the login as ", user, Quoted(detail),
                   "; put the credential's public key into that user's authorized_keys (for root, sshd must allow "
                   "PermitRootLogin prohibit-password)"),
      Again::kNo);
}

CloseReason LoginTimeout(absl::string_view user, absl::string_view target, int64_t timeout_us) {
  return Make("CONNECT_TIMEOUT",
              absl::StrCat("the login as ", user, " at ", target, " was not answered within ", Seconds(timeout_us),
                           "; is the host overloaded, or does its login wait for a name service?"),
              Again::kYes);
}

CloseReason UnusableKeyFile(absl::string_view file, absl::string_view detail) {
  return Make(
      "AUTHENTICATION_FAILED",
      absl::StrCat("the private key ", file, " cannot be used", Quoted(detail),
                   "; it must be readable for the engine and without a passphrase (else load it into an ssh-agent and "
                   "name its socket in the credential)"),
      Again::kNo);
}

CloseReason NoCredential(absl::string_view credential) {
  return Make("AUTHENTICATION_FAILED",
              absl::StrCat("the credential \"", credential,
                           "\" has neither a key file nor an agent socket; add one to the engine's configuration"),
              Again::kNo);
}

CloseReason BecomeFailed(absl::string_view user, absl::string_view detail) {
  return Make(
      "BECOME_FAILED",
      absl::StrCat(
          user, " cannot become root by `sudo -n`", Quoted(detail),
          "; allow it without a password (NOPASSWD in sudoers; sudo passwords are not supported), or log in as root"),
      Again::kNo);
}

CloseReason NotRoot(absl::string_view user, absl::string_view target) {
  return Make("UNSUPPORTED",
              absl::StrCat(user, " is not root at ", target,
                           "; log in as root, or set `become` in the credential (sudo without a password)"),
              Again::kNo);
}

CloseReason UnsupportedMachine(absl::string_view machine, absl::string_view directory) {
  return Make("UNSUPPORTED",
              absl::StrCat("there is no agent for machine type \"", Shorten(Printable(machine), 40), "\" in ",
                           directory, " (x86_64 needs pe-agent-amd64, aarch64 needs pe-agent-arm64)"),
              Again::kNo);
}

CloseReason UnsupportedAddress(absl::string_view target, absl::string_view detail) {
  return Make("UNSUPPORTED", absl::StrCat("the address ", Shorten(Printable(target), 300), " cannot be used: ", detail),
              Again::kNo);
}

CloseReason PushFailed(absl::string_view target, absl::string_view detail) {
  return Make("AGENT_PUSH_FAILED",
              absl::StrCat("the agent could not be brought to ", target, Quoted(detail),
                           "; the host needs a POSIX sh, sha256sum, and 10 MB on a file system that allows execution"),
              Again::kYes);
}

CloseReason NoAgentBinary(absl::string_view detail) {
  return Make(
      "AGENT_PUSH_FAILED",
      absl::StrCat("the engine has no agent to bring", Quoted(detail), "; is the product's installation complete?"),
      Again::kNo);
}

CloseReason AgentFailed(absl::string_view target, absl::string_view detail) {
  return Make("AGENT_FAILED", absl::StrCat("the agent at ", target, " ended before it answered", Quoted(detail)),
              Again::kYes);
}

CloseReason AgentSilent(absl::string_view target, int64_t timeout_us, absl::string_view detail) {
  return Make("AGENT_FAILED",
              absl::StrCat("the agent at ", target, " did not answer within ", Seconds(timeout_us), Quoted(detail),
                           "; look at the load of the host and at the agent's journal there"),
              Again::kYes);
}

CloseReason AgentProtocol(absl::string_view target, int theirs, int ours) {
  return Make(
      "PROTOCOL_ERROR",
      absl::StrCat("the agent at ", target, " speaks protocol ", theirs, ", the engine ", ours,
                   "; an agent of another release has an unfinished run there: let its engine finish or cancel it"),
      Again::kNo);
}

CloseReason ConnectionLost(absl::string_view target, absl::string_view detail) {
  return Make("CONNECTION_LOST", absl::StrCat("the connection to ", target, " broke", Quoted(detail)), Again::kYes);
}

CloseReason ProtocolError(absl::string_view target, absl::string_view detail) {
  return Make("PROTOCOL_ERROR",
              absl::StrCat("what ", target, " sends is not the agent's protocol", Quoted(detail),
                           "; if the login shell prints text there, make its start-up files silent for commands"),
              Again::kNo);
}

}  // namespace pe::transport
