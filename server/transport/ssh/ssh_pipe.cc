#include "server/transport/ssh/ssh_pipe.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/transport/reasons.h"

namespace pe::transport {
namespace {

constexpr size_t kReadBytes = 32 * 1024;
constexpr size_t kWriteBytes = 64 * 1024;
constexpr size_t kKeepErrorBytes = 4 * 1024;
constexpr int kReadsATurn = 64;  // then others of the loop have theirs

}  // namespace

SshPipe::SshPipe(SshSession session, Parts parts)
    : parts_(std::move(parts)), session_(std::move(session)), fd_(session_.fd()) {}

SshPipe::~SshPipe() {
  *alive_ = false;
  state_ = State::kIdle;
  Watch();
  DropChannel();
}

void SshPipe::DropChannel() {
  if (channel_ == nullptr) return;
  ssh_remove_channel_callbacks(channel_, &callbacks_);
  ssh_channel_free(std::exchange(channel_, nullptr));
}

void SshPipe::Run(Program program, PipeEvents* events) {
  DropChannel();
  events_ = events;
  line_ = parts_.commands->Line(program, parts_.become);
  end_ = PipeEnd();
  exit_known_ = write_blocked_ = false;
  channel_ = ssh_channel_new(session_.raw());
  if (channel_ == nullptr) return Break();
  callbacks_ = {};
  ssh_callbacks_init(&callbacks_);
  callbacks_.userdata = this;
  callbacks_.channel_exit_status_function = OnExitStatus;
  callbacks_.channel_exit_signal_function = OnExitSignal;
  ssh_set_channel_callbacks(channel_, &callbacks_);
  state_ = State::kOpening;
  Turn();
}

void SshPipe::OnExitStatus(ssh_session, ssh_channel, int status, void* self) {
  static_cast<SshPipe*>(self)->end_.exit_code = status;
  static_cast<SshPipe*>(self)->exit_known_ = true;
}

void SshPipe::OnExitSignal(ssh_session, ssh_channel, const char* name, int, const char*, const char*, void* self) {
  SshPipe* const pipe = static_cast<SshPipe*>(self);
  absl::StrAppend(&pipe->end_.error_text, "ended by signal ", name == nullptr ? "?" : name);
  pipe->exit_known_ = true;
}

// One look at everything: the descriptor was ready, or libssh may have taken in something meanwhile.
void SshPipe::Turn() {
  if (state_ == State::kOpening) OpenChannel();
  if (state_ == State::kStarting) StartProgram();
  if (state_ == State::kRunning) ReadChannel();
  if (state_ == State::kRunning && write_blocked_ && HasRoom()) {
    write_blocked_ = false;
    events_->OnWritable();
  }
  AcknowledgeNow();
  Watch();
}

// An sshd keeps Nagle's algorithm on for a session without a terminal: its next small packet waits for the
// acknowledgement of the one before, which our kernel would hold back for 40 ms when we have nothing to say. The kernel
// forgets the option after a while, so it is set with every turn.
void SshPipe::AcknowledgeNow() const {
  const int on = 1;
  if (session_.fd() == fd_) setsockopt(fd_, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

// Before the next Run nothing is expected, and a closed socket would be ready for ever. When libssh has closed the
// socket itself, its number may be another's soon: so this comes after every call that could have done that.
void SshPipe::Watch() {
  const bool wanted = state_ != State::kIdle && state_ != State::kEnded && session_.fd() == fd_;
  if (watching_ && wanted) {
    parts_.loop->Change(fd_, session_.Events());
  } else if (wanted) {
    parts_.loop->Watch(fd_, session_.Events(), [this](uint32_t) { Turn(); });
  } else if (watching_) {
    parts_.loop->Unwatch(fd_);
  }
  watching_ = wanted;
}

void SshPipe::TurnSoon() {
  if (std::exchange(turn_posted_, true)) return;
  parts_.loop->Post([this, alive = alive_] {
    if (!*alive) return;
    turn_posted_ = false;
    Turn();
  });
}

void SshPipe::OpenChannel() {
  const int result = ssh_channel_open_session(channel_);
  if (result == SSH_AGAIN) return;
  if (result != SSH_OK) return Break();
  parts_.slot = nullptr;
  state_ = State::kStarting;
}

void SshPipe::StartProgram() {
  const int result = ssh_channel_request_exec(channel_, line_.c_str());
  if (result == SSH_AGAIN) return;
  if (result != SSH_OK) return Break();
  state_ = State::kRunning;
  write_blocked_ = true;  // whoever wanted to write before is told
}

// Output last: a read of either stream takes in packets of both, and nothing else will tell of what was taken in. What
// is left of the errors by that waits for the next turn or the end. After the end of output only the exit code is
// waited for: asking for it takes in packets, reading would not any more.
void SshPipe::ReadChannel() {
  int reads = 0;
  while (state_ == State::kRunning && (ReadStream(1) || ReadStream(0))) {
    if (++reads == kReadsATurn) return TurnSoon();
  }
  if (state_ != State::kRunning) return;
  if (ssh_channel_is_eof(channel_) == 0 && ssh_channel_is_closed(channel_) == 0) return;
  if (!exit_known_ && ssh_channel_is_closed(channel_) == 0) ssh_channel_get_exit_status(channel_);
  if (ssh_is_connected(session_.raw()) == 0) return Break();
  if (!exit_known_ && ssh_channel_is_closed(channel_) == 0) return;
  while (ReadStream(1)) {
  }
  End(end_);
}

// True when there may be more.
bool SshPipe::ReadStream(int is_stderr) {
  char buffer[kReadBytes];
  const int n = ssh_channel_read_nonblocking(channel_, buffer, sizeof buffer, is_stderr);
  if (n == SSH_ERROR || (n <= 0 && ssh_is_connected(session_.raw()) == 0)) return Break(), false;
  if (n <= 0) return false;
  if (is_stderr == 0) {
    events_->OnBytes(absl::string_view(buffer, static_cast<size_t>(n)));
  } else {
    std::string& text = end_.error_text;
    text.append(buffer, static_cast<size_t>(n));
    if (text.size() > kKeepErrorBytes) text.erase(0, text.size() - kKeepErrorBytes);
  }
  return true;
}

// The host's window is open, and libssh has nothing left that the socket did not take: it would keep whatever it is
// given, so it gets one piece at a time.
bool SshPipe::HasRoom() const {
  return (ssh_get_status(session_.raw()) & SSH_WRITE_PENDING) == 0 && ssh_channel_window_size(channel_) > 0;
}

size_t SshPipe::Write(absl::string_view bytes) {
  size_t written = 0;
  while (state_ == State::kRunning && written < bytes.size()) {
    if (!HasRoom()) break;
    const size_t piece = std::min(kWriteBytes, bytes.size() - written);
    const int n = ssh_channel_write(channel_, bytes.data() + written, static_cast<uint32_t>(piece));
    if (n <= 0) break;  // the session is over: the next turn tells
    written += static_cast<size_t>(n);
  }
  if (written < bytes.size()) write_blocked_ = true;
  Watch();
  TurnSoon();
  return written;
}

void SshPipe::Break() {
  PipeEnd end;
  end.broken = ConnectionLost(parts_.target, session_.Error());
  End(std::move(end));
}

void SshPipe::End(PipeEnd end) {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  events_->OnEnd(end);
}

}  // namespace pe::transport
