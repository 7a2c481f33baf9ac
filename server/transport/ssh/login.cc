#include "server/transport/ssh/login.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "server/transport/reasons.h"

namespace pe::transport {
namespace {

std::string WhyUnusable(const std::string& file) {
  if (access(file.c_str(), R_OK) != 0) return strerror(errno);
  return "it has a passphrase, or is no private key";
}

}  // namespace

Login::Result Login::Step(const SshSession& session) {
  for (;;) {
    const bool with_agent = key_ == nullptr && !LoadNextKey();
    if (with_agent && (!agent_left_ || credential_.agent_socket.empty())) return NothingLeft();
    tried_ = true;
    const int answer = with_agent ? ssh_userauth_agent(session.raw(), nullptr)
                                  : ssh_userauth_publickey(session.raw(), nullptr, key_.get());
    if (answer == SSH_AUTH_AGAIN) return Result::kAgain;
    if (answer == SSH_AUTH_SUCCESS) return Result::kDone;
    if (answer == SSH_AUTH_ERROR && ssh_is_connected(session.raw()) == 0) return Fail(WhyOver(session.Error()));
    if (with_agent) agent_left_ = false;
    key_ = nullptr;
  }
}

// False when no key file is left.
bool Login::LoadNextKey() {
  while (next_file_ < credential_.key_files.size()) {
    const std::string& file = credential_.key_files[next_file_++];
    ssh_key key = nullptr;
    // The empty passphrase keeps libssh from asking for one.
    if (ssh_pki_import_privkey_file(file.c_str(), "", nullptr, nullptr, &key) == SSH_OK) {
      key_.reset(key);
      return true;
    }
    if (!unusable_.has_value()) unusable_ = UnusableKeyFile(file, WhyUnusable(file));
  }
  return false;
}

// sshd says so when it has seen too many keys: a refusal too. Else the connection broke.
CloseReason Login::WhyOver(const std::string& error) const {
  const bool refused = absl::StrContains(error, "SSH_MSG_DISCONNECT");
  return refused ? AuthenticationFailed(user_, target_, error) : ConnectionLost(target_, error);
}

Login::Result Login::Fail(CloseReason reason) {
  reason_ = std::move(reason);
  return Result::kFailed;
}

Login::Result Login::NothingLeft() {
  if (unusable_.has_value()) return Fail(*unusable_);
  if (!tried_) return Fail(NoCredential(credential_.name));
  return Fail(AuthenticationFailed(user_, target_, ""));
}

}  // namespace pe::transport
