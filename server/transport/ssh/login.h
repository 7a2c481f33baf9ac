// Login: authentication of a session with a credential: its key files in their order, then its agent's keys.
// Passwords and keyboard-interactive are not supported. Thread rule: the session's.
#ifndef SERVER_TRANSPORT_SSH_LOGIN_H_
#define SERVER_TRANSPORT_SSH_LOGIN_H_

#include <memory>
#include <optional>
#include <string>

#include "server/transport/ssh/ssh_session.h"
#include "server/transport/transport.h"

namespace pe::transport {

class Login {
 public:
  enum class Result { kAgain, kDone, kFailed };

  // `credential`'s and the messages' names.
  Login(Credential credential, std::string user, std::string target)
      : credential_(std::move(credential)), user_(std::move(user)), target_(std::move(target)) {}

  // Goes as far as it can without waiting; kAgain: call again when the session's descriptor is ready.
  // Talks to the ssh-agent synchronously: an agent that waits for a person's touch belongs to `openssh`.
  Result Step(const SshSession& session);
  // After kFailed.
  const CloseReason& reason() const { return reason_; }

 private:
  struct FreeKey {
    void operator()(ssh_key key) const { ssh_key_free(key); }
  };

  bool LoadNextKey();
  CloseReason WhyOver(const std::string& error) const;
  Result Fail(CloseReason reason);
  Result NothingLeft();

  const Credential credential_;
  const std::string user_;
  const std::string target_;
  size_t next_file_ = 0;
  std::unique_ptr<ssh_key_struct, FreeKey> key_;  // being tried
  bool agent_left_ = true;
  bool tried_ = false;
  std::optional<CloseReason> unusable_;  // the first key file that could not be read
  CloseReason reason_;
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_SSH_LOGIN_H_
