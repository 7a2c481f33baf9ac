// ChildPipe: a Pipe through a program of the engine's machine (the agent itself, or the system's ssh client).
#ifndef SERVER_TRANSPORT_CHILD_PIPE_H_
#define SERVER_TRANSPORT_CHILD_PIPE_H_

#include <memory>
#include <optional>
#include <string>

#include "server/transport/child_process.h"
#include "server/transport/pipe.h"

namespace pe::transport {

// What differs from one such transport to the other.
class ChildPolicy {
 public:
  virtual ~ChildPolicy() = default;
  // The command for a program, or why there is none.
  virtual absl::StatusOr<ChildCommand> Command(Program program) = 0;
  // The first output of a program came: whoever had to be passed on the way has let it through.
  virtual void OnFirstBytes(Program) {}
  virtual void OnSettled() {}
  // So long after its start Stuck() is asked, if nothing came yet; 0: never.
  virtual int64_t StuckAfter() const { return 0; }
  // Why there is no use in waiting for it any longer.
  virtual std::optional<CloseReason> Stuck() const { return std::nullopt; }
  // Sees how it ended and may say that the way is broken.
  virtual void Judge(PipeEnd& end) = 0;
  virtual std::string host_key() const { return ""; }
};

class ChildPipe final : public Pipe {
 public:
  ChildPipe(EventLoop* loop, Reaper* reaper, std::unique_ptr<ChildPolicy> policy)
      : loop_(loop), reaper_(reaper), policy_(std::move(policy)) {}
  ~ChildPipe() override { Stop(); }

  void Run(Program program, PipeEvents* events) override;
  size_t Write(absl::string_view bytes) override;
  void Settle() override { policy_->OnSettled(); }
  std::string host_key() const override { return policy_->host_key(); }

 private:
  void OnStream(uint32_t events);
  void ReadErrors();
  bool ReadSome();
  void OnExit();
  void OnStuckTimer();
  void SetTimer(int64_t micros, EventLoop::Task task);
  void CloseStream();
  void Stop();

  EventLoop* const loop_;
  Reaper* const reaper_;
  const std::unique_ptr<ChildPolicy> policy_;
  PipeEvents* events_ = nullptr;
  Program program_ = Program::kAttach;
  ChildProcess child_;
  std::string error_text_;
  bool spoke_ = false;
  std::optional<EventLoop::TimerId> timer_;  // it is stuck, or lingers
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_CHILD_PIPE_H_
