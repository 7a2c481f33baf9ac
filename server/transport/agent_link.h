// AgentLink: one connection, from Connect to OnClosed, whatever the transport. It runs the agent through a Pipe, pushes
// it when it is missing or another one, turns bytes into frames, watches for a dead peer, and keeps the promises of
// transport.h: exactly one OnClosed, nothing after it.
//
//   dialing -> attaching -> open                          the agent is there and ours
//                 |-> receiving -> starting -> open       pushed first (or another agent still has a run: it stays)
//   any state -> finished
//
// Thread rule: Send and Close are thread-safe; everything else happens on its loop.
#ifndef SERVER_TRANSPORT_AGENT_LINK_H_
#define SERVER_TRANSPORT_AGENT_LINK_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "server/transport/agent_files.h"
#include "server/transport/event_loop.h"
#include "server/transport/frames.h"
#include "server/transport/options.h"
#include "server/transport/outbox.h"
#include "server/transport/pipe.h"
#include "server/transport/push_dialog.h"
#include "server/transport/transport.h"

namespace pe::transport {

class AgentLink final : public std::enable_shared_from_this<AgentLink>, private PipeEvents {
 public:
  struct Parts {
    EventLoop* loop = nullptr;
    const TransportOptions* options = nullptr;
    AgentFiles* files = nullptr;  // null: the agent needs no push
    std::shared_ptr<ConnectionObserver> observer;
    std::string target;  // for messages
    std::string user;    // for messages
    bool become = false;
    EventLoop::Task on_done;  // after OnClosed, on the loop
  };
  explicit AgentLink(Parts parts) : parts_(std::move(parts)) {}

  // ---- any thread
  bool Send(const provision::agent::v1::Frame& frame);
  void Close();

  // ---- on the loop; a link that has finished ignores them
  // The way to the host is there. `pipe` dies on the loop.
  void Start(std::unique_ptr<Pipe> pipe);
  void Fail(CloseReason reason);
  // What to call when it is closed before Start or Fail.
  void OnCancel(EventLoop::Task cancel);
  bool finished() const { return state_ == State::kFinished; }
  EventLoop* loop() const { return parts_.loop; }

 private:
  enum class State { kDialing, kAttaching, kReceiving, kStarting, kOpen, kFinished };

  void OnBytes(absl::string_view bytes) override;
  void OnWritable() override;
  void OnEnd(const PipeEnd& end) override;

  void RunProgram(Program program);
  void Push();
  void OnDialog(absl::string_view bytes);
  void ReadFrames();
  void OnFrame(provision::agent::v1::Frame frame);
  void OnHello(const provision::agent::v1::Hello& hello);
  void OnEndBeforeOpen(const PipeEnd& end);
  void Flush();
  void RestartDeadline();
  void Tick();
  void Progress() { silent_ticks_ = 0; }
  void Finish(CloseReason reason);

  Parts parts_;
  State state_ = State::kDialing;
  bool switching_ = false;  // a new program was asked for: what the old one still says does not count
  std::unique_ptr<Pipe> pipe_;
  EventLoop::Task cancel_;
  std::optional<PushDialog> dialog_;
  FrameReader reader_;
  Outbox outbox_;
  std::optional<EventLoop::TimerId> timer_;
  int64_t underway_bytes_ = 0;  // of the agent's binary: written, it may wait in buffers of this machine for long
  int silent_ticks_ = 0;
  int64_t pings_ = 0;
  std::atomic<bool> closed_{false};
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_AGENT_LINK_H_
