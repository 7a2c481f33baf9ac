// SshPipe: a Pipe over a session that is logged in; one channel, one program at a time.
#ifndef SERVER_TRANSPORT_SSH_SSH_PIPE_H_
#define SERVER_TRANSPORT_SSH_SSH_PIPE_H_

#include <libssh/callbacks.h>

#include <memory>
#include <string>

#include "server/transport/event_loop.h"
#include "server/transport/login_gate.h"
#include "server/transport/pipe.h"
#include "server/transport/remote_commands.h"
#include "server/transport/ssh/ssh_session.h"

namespace pe::transport {

class SshPipe final : public Pipe {
 public:
  struct Parts {
    EventLoop* loop = nullptr;
    const RemoteCommands* commands = nullptr;
    Become become = Become::kNo;
    std::string host_key;
    std::string target;  // for messages
    // Given back when a channel is open: only then has sshd's listener been told that this login is over, and counts it
    // no more.
    std::unique_ptr<LoginGate::Slot> slot;
  };
  SshPipe(SshSession session, Parts parts);
  ~SshPipe() override;

  void Run(Program program, PipeEvents* events) override;
  size_t Write(absl::string_view bytes) override;
  std::string host_key() const override { return parts_.host_key; }

 private:
  enum class State { kIdle, kOpening, kStarting, kRunning, kEnded };

  void Turn();
  void TurnSoon();
  void OpenChannel();
  void StartProgram();
  void ReadChannel();
  bool ReadStream(int is_stderr);
  void AcknowledgeNow() const;
  void Watch();
  void End(PipeEnd end);
  void Break();
  void DropChannel();
  bool HasRoom() const;
  static void OnExitStatus(ssh_session, ssh_channel, int status, void* self);
  static void OnExitSignal(ssh_session, ssh_channel, const char* name, int core, const char* text, const char* language,
                           void* self);

  Parts parts_;
  SshSession session_;
  const int fd_;
  bool watching_ = false;
  State state_ = State::kIdle;
  PipeEvents* events_ = nullptr;
  std::string line_;
  ssh_channel channel_ = nullptr;
  ssh_channel_callbacks_struct callbacks_{};
  PipeEnd end_;  // as far as it is known
  bool exit_known_ = false;
  bool write_blocked_ = false;
  bool turn_posted_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_SSH_SSH_PIPE_H_
