// SshPolicy: a ChildPipe through the ssh client: its command, the key that the host showed, what its exit means.
#ifndef SERVER_TRANSPORT_OPENSSH_SSH_POLICY_H_
#define SERVER_TRANSPORT_OPENSSH_SSH_POLICY_H_

#include <memory>
#include <string>

#include "server/transport/child_pipe.h"
#include "server/transport/login_gate.h"
#include "server/transport/options.h"
#include "server/transport/remote_commands.h"

namespace pe::transport {

class SshPolicy final : public ChildPolicy {
 public:
  struct Parts {
    const TransportOptions* options = nullptr;
    const RemoteCommands* commands = nullptr;
    ConnectRequest request;
    std::string pinned;  // checked; may be empty
    std::unique_ptr<LoginGate::Slot> slot;
  };
  explicit SshPolicy(Parts parts) : parts_(std::move(parts)) {}
  ~SshPolicy() override;

  absl::StatusOr<ChildCommand> Command(Program program) override;
  // A first contact and a new release take two logins, one after the other; the place is kept for both.
  void OnFirstBytes(Program program) override {
    if (program == Program::kReceive) parts_.slot = nullptr;
  }
  void OnSettled() override { parts_.slot = nullptr; }
  int64_t StuckAfter() const override { return parts_.options->connect_timeout_us; }
  std::optional<CloseReason> Stuck() const override;
  void Judge(PipeEnd& end) override;
  std::string host_key() const override { return parts_.pinned; }

 private:
  std::string OfferedFile() const { return folder_ + "/offered"; }
  std::string Offered() const;
  CloseReason WhyBroken(const PipeEnd& end) const;

  Parts parts_;
  std::string folder_;  // 0700, for the file in which the offered key is noted
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_OPENSSH_SSH_POLICY_H_
