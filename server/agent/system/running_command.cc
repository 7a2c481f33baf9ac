#include "server/agent/system/running_command.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/agent/system/errno_status.h"

namespace pe::agent {
namespace {

constexpr int kLookAtTokenMs = 25;  // how soon a cancel is seen
constexpr size_t kLongestStatusLine = 64 * 1024;

absl::Status NotStarted(const Command& command, const SupervisorMessage& message) {
  const std::string& program = command.argv[0];
  switch (message.stage) {
    case kStageUser:
      return ErrnoStatus(message.value, absl::StrCat(program, ": cannot become user ", command.uid));
    case kStageDirectory:
      return ErrnoStatus(message.value, absl::StrCat(program, ": cannot enter directory ", command.directory));
    case kStageExec:
      return ErrnoStatus(message.value, absl::StrCat(program, ": cannot be started"));
    default:
      return ErrnoStatus(message.value, absl::StrCat(program, ": no process could be made for it"));
  }
}

// Keeps the last `keep` bytes; trims rarely, so that appending stays cheap.
void AppendTail(absl::string_view bytes, size_t keep, std::string& tail) {
  tail.append(bytes.data(), bytes.size());
  if (tail.size() > 2 * keep + 4096) tail.erase(0, tail.size() - keep);
}

}  // namespace

absl::StatusOr<CommandResult> RunningCommand::Wait() {
  while (Turn()) {
  }
  if (not_started_.kind != 0) return NotStarted(command_, not_started_);
  for (std::string* tail : {&result_.standard_output, &result_.standard_error}) {
    if (tail->size() > command_.keep_output) tail->erase(0, tail->size() - command_.keep_output);
  }
  if (!ended_)
    return absl::UnknownError(absl::StrCat(command_.argv[0], ": its supervisor was killed; how it ended is not known"));
  return std::move(result_);
}

bool RunningCommand::Turn() {
  UniqueFd* const fds[] = {&pipes_.result, &pipes_.output, &pipes_.error, &pipes_.status};
  pollfd polled[4];
  bool open = false;
  for (int i = 0; i < 4; ++i) {
    polled[i] = {fds[i]->get(), POLLIN, 0};  // negative ones are ignored by poll
    open |= fds[i]->ok();
  }
  if (!open) return false;
  poll(polled, 4, PollTimeoutMs());
  if (polled[0].revents != 0) ReadMessages();
  if (polled[1].revents != 0) Read(pipes_.output, 1);
  if (polled[2].revents != 0) Read(pipes_.error, 2);
  if (polled[3].revents != 0) ReadStatusLines();
  EndIfWanted();
  return true;
}

void RunningCommand::Read(UniqueFd& fd, int stream) {
  std::string bytes;
  const bool more = ReadAvailable(fd.get(), bytes);
  if (!bytes.empty()) {
    AppendTail(bytes, command_.keep_output, stream == 1 ? result_.standard_output : result_.standard_error);
    if (command_.on_output) command_.on_output(stream, bytes);
  }
  if (!more) fd.Reset();
}

void RunningCommand::ReadStatusLines() {
  const bool more = ReadAvailable(pipes_.status.get(), status_text_);
  size_t at = 0;
  for (size_t end; (end = status_text_.find('\n', at)) != std::string::npos; at = end + 1) {
    command_.on_status_line(absl::string_view(status_text_).substr(at, end - at));
  }
  status_text_.erase(0, at);
  if (status_text_.size() > kLongestStatusLine) status_text_.clear();
  if (!more) pipes_.status.Reset();
}

void RunningCommand::ReadMessages() {
  const bool more = ReadAvailable(pipes_.result.get(), messages_);
  SupervisorMessage message;
  for (; messages_.size() >= sizeof message; messages_.erase(0, sizeof message)) {
    memcpy(&message, messages_.data(), sizeof message);
    if (message.kind == SupervisorMessage::kStarted && command_.on_start) command_.on_start(message.value);
    if (message.kind == SupervisorMessage::kNotStarted) not_started_ = message;
    if (message.kind != SupervisorMessage::kEnded) continue;
    ended_ = true;
    if (WIFSIGNALED(message.value)) {
      result_.signal = WTERMSIG(message.value);
    } else {
      result_.exit_code = WEXITSTATUS(message.value);
    }
  }
  if (!more) pipes_.result.Reset();
}

void RunningCommand::EndIfWanted() {
  if (kill_sent_ || ended_) return;
  const MonoMicros now = clock_.Mono();
  const CancelToken::Why why = cancel_.why();
  const bool timed_out =
      why == CancelToken::Why::kTimedOut || (command_.timeout_us > 0 && now - started_ >= command_.timeout_us);
  const bool forced = why == CancelToken::Why::kForced;
  const bool cancelled = forced || (why == CancelToken::Why::kCancelled && command_.interruptible);
  if (!timed_out && !cancelled) return;
  (cancelled ? result_.cancelled : result_.timed_out) = true;
  const auto order = [&](char what) {
    while (write(pipes_.control.get(), &what, 1) < 0 && errno == EINTR) {
    }
  };
  if (term_sent_ == 0) {
    order(kTerm);
    term_sent_ = now;
  } else if (now - term_sent_ >= grace_us_) {
    order(kKill);
    kill_sent_ = true;
  }
}

int RunningCommand::PollTimeoutMs() const {
  if (kill_sent_ || ended_) return -1;
  int64_t wait = kLookAtTokenMs;
  const MonoMicros deadline = term_sent_ > 0            ? term_sent_ + grace_us_
                              : command_.timeout_us > 0 ? started_ + command_.timeout_us
                                                        : 0;
  if (deadline > 0) wait = std::min(wait, (deadline - clock_.Mono()) / 1000 + 1);
  return static_cast<int>(std::max<int64_t>(wait, 0));
}

}  // namespace pe::agent
