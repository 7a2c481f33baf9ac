#include "server/transport/agent_link.h"

#include <cstdlib>
#include <limits>
#include <utility>

#include "server/transport/reasons.h"

namespace pe::transport {
namespace {

using provision::agent::v1::Frame;
using provision::agent::v1::Hello;

constexpr int kProtocol = 1;
constexpr int kTicksToPing = 2;
constexpr int kTicksToEnd = 5;
// Nonces of our own pings; an engine that pings uses others and gets its answers.
constexpr int64_t kFirstNonce = std::numeric_limits<int64_t>::min();

bool IsOwnNonce(int64_t nonce) { return nonce < kFirstNonce / 2; }

}  // namespace

bool AgentLink::Send(const Frame& frame) {
  if (closed_.load(std::memory_order_acquire)) return false;
  const Outbox::Pushed pushed = outbox_.Push(frame);
  if (pushed == Outbox::Pushed::kFirst) {
    parts_.loop->Post([self = shared_from_this()] { self->Flush(); });
  }
  return pushed != Outbox::Pushed::kFull;
}

void AgentLink::Close() {
  if (closed_.exchange(true, std::memory_order_acq_rel)) return;
  parts_.loop->Post([self = shared_from_this()] { self->Finish(Closed()); });
}

void AgentLink::OnCancel(EventLoop::Task cancel) {
  if (state_ == State::kDialing) cancel_ = std::move(cancel);
}

void AgentLink::Fail(CloseReason reason) {
  cancel_ = nullptr;
  Finish(std::move(reason));
}

void AgentLink::Start(std::unique_ptr<Pipe> pipe) {
  if (finished()) return;
  cancel_ = nullptr;
  pipe_ = std::move(pipe);
  state_ = State::kAttaching;
  RunProgram(Program::kAttach);
}

void AgentLink::RunProgram(Program program) {
  if (finished()) return;
  switching_ = false;
  reader_ = FrameReader();
  RestartDeadline();
  pipe_->Run(program, this);
}

// The agent is missing or is another one.
void AgentLink::Push() {
  state_ = State::kReceiving;
  switching_ = true;
  dialog_.emplace(parts_.files, parts_.user, parts_.target);
  parts_.loop->Post([self = shared_from_this()] { self->RunProgram(Program::kReceive); });
}

void AgentLink::OnBytes(absl::string_view bytes) {
  if (switching_ || finished()) return;
  Progress();
  if (state_ == State::kReceiving) {
    OnDialog(bytes);
  } else {
    reader_.Append(bytes);
    ReadFrames();
  }
}

void AgentLink::OnDialog(absl::string_view bytes) {
  PushDialog::Turn turn = dialog_->OnBytes(bytes);
  if (turn.failed.has_value()) return Finish(*std::move(turn.failed));
  if (turn.send_binary != nullptr) underway_bytes_ = static_cast<int64_t>(turn.send_binary->bytes.size());
  RestartDeadline();
  outbox_.SendRaw(turn.send, std::move(turn.send_binary));
  Flush();
  if (!turn.installed) return;
  underway_bytes_ = 0;
  RestartDeadline();
  state_ = State::kStarting;
  reader_.Append(turn.rest);
  ReadFrames();
}

void AgentLink::ReadFrames() {
  Frame frame;
  while (!switching_ && !finished() && !closed_.load(std::memory_order_acquire)) {
    const absl::StatusOr<bool> complete = reader_.Next(frame);
    if (!complete.ok()) return Finish(ProtocolError(parts_.target, complete.status().message()));
    if (!*complete) return;
    OnFrame(std::move(frame));
    frame.Clear();
  }
}

void AgentLink::OnFrame(Frame frame) {
  if (state_ != State::kOpen) {
    if (!frame.has_hello()) return Finish(ProtocolError(parts_.target, "the first frame is not a Hello"));
    return OnHello(frame.hello());
  }
  if (frame.has_pong() && IsOwnNonce(frame.pong().nonce())) return;
  parts_.observer->OnFrame(std::move(frame));
}

void AgentLink::OnHello(const Hello& hello) {
  const bool other = parts_.files != nullptr && !parts_.files->IsOurs(hello.digest());
  if (other && state_ == State::kAttaching) return Push();
  // After a push another agent may still answer, because it has a run to finish; with our protocol that is good enough.
  if (hello.protocol() != kProtocol) return Finish(AgentProtocol(parts_.target, hello.protocol(), kProtocol));
  state_ = State::kOpen;
  if (timer_.has_value()) parts_.loop->Cancel(*std::exchange(timer_, std::nullopt));
  timer_ = parts_.loop->After(parts_.options->tick_us, [this] { Tick(); });
  pipe_->Settle();
  parts_.observer->OnOpen(hello, pipe_->host_key());
  Flush();
}

void AgentLink::OnEnd(const PipeEnd& end) {
  if (switching_ || finished()) return;
  if (end.broken.has_value()) return Finish(*end.broken);
  if (state_ == State::kOpen) return Finish(ConnectionLost(parts_.target, end.Describe()));
  OnEndBeforeOpen(end);
}

// Why there is no agent at the fixed path does not matter (no such file, no right to run it, sudo's own exit code): the
// probe finds out what is the case and says it better.
void AgentLink::OnEndBeforeOpen(const PipeEnd& end) {
  if (state_ == State::kAttaching && parts_.files != nullptr) return Push();
  if (state_ != State::kReceiving) return Finish(AgentFailed(parts_.target, end.Describe()));
  if (parts_.become && !dialog_->greeted()) return Finish(BecomeFailed(parts_.user, end.Describe()));
  Finish(PushFailed(parts_.target, end.Describe()));
}

// There was no room and there is some now: the other side takes what it gets. A write alone proves nothing, since it
// may go no further than a buffer of this machine.
void AgentLink::OnWritable() {
  if (switching_ || finished()) return;
  Progress();
  if (state_ == State::kReceiving) RestartDeadline();
  Flush();
}

void AgentLink::Flush() {
  if (pipe_ == nullptr || switching_ || finished()) return;
  for (;;) {
    const absl::string_view bytes = outbox_.Current(state_ == State::kOpen);
    if (bytes.empty()) return;
    const size_t written = pipe_->Write(bytes);
    outbox_.Advance(written);
    if (written < bytes.size()) return;
  }
}

void AgentLink::RestartDeadline() {
  if (timer_.has_value()) parts_.loop->Cancel(*timer_);
  const int64_t timeout =
      parts_.options->hello_timeout_us + underway_bytes_ * kMicrosPerSecond / parts_.options->slowest_push_bytes_per_s;
  timer_ = parts_.loop->After(timeout, [this, timeout] {
    timer_ = std::nullopt;
    Finish(AgentSilent(parts_.target, timeout, ""));
  });
}

void AgentLink::Tick() {
  timer_ = parts_.loop->After(parts_.options->tick_us, [this] { Tick(); });
  ++silent_ticks_;
  if (silent_ticks_ >= kTicksToEnd) return Finish(ConnectionLost(parts_.target, "the host is silent"));
  if (silent_ticks_ == kTicksToPing) {
    Frame ping;
    ping.mutable_ping()->set_nonce(kFirstNonce + ++pings_);
    outbox_.Push(ping);  // when it is full, what waits there will show whether the host lives
    Flush();
  }
}

// The rest happens in a task of its own: this may be within a call of the pipe or of the dialer.
void AgentLink::Finish(CloseReason reason) {
  if (finished()) return;
  state_ = State::kFinished;
  closed_.store(true, std::memory_order_release);
  if (timer_.has_value()) parts_.loop->Cancel(*std::exchange(timer_, std::nullopt));
  parts_.loop->Post([self = shared_from_this(), reason = std::move(reason)] {
    if (self->cancel_) std::exchange(self->cancel_, nullptr)();
    self->pipe_ = nullptr;
    std::exchange(self->parts_.observer, nullptr)->OnClosed(reason);
    std::exchange(self->parts_.on_done, nullptr)();
  });
}

}  // namespace pe::transport
