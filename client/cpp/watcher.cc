#include "client/cpp/watcher.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "client/cpp/error.h"

namespace provision::client {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(2);

// Whether the same question may get an answer later. INTERNAL and UNKNOWN are what a torn HTTP/2 stream looks
// like; CANCELLED is gRPC's answer to a call that arrives while its server shuts down (ours are told apart before).
bool IsCut(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:  // a slow reader's closing
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return true;
    default:
      return false;
  }
}

bool IsTerminal(provision::v1::Job::State state) {
  return state >= provision::v1::Job::SUCCEEDED && state <= provision::v1::Job::ROLLBACK_FAILED;
}

}  // namespace

Watcher::Watcher(WatchOptions options, OpenWatchStream open)
    : options_(std::move(options)),
      open_(std::move(open)),
      checker_(options_.after_seq, options_.no_output),
      pause_(kFirstPause),
      outage_(absl::ZeroDuration()) {}

absl::StatusOr<std::optional<provision::v1::WatchResponse>> Watcher::Next() {
  provision::v1::WatchResponse batch;
  while (true) {
    const absl::StatusOr<bool> read = Read(&batch);
    if (!read.ok()) {
      PE_RETURN_IF_ERROR(AfterCut(read.status()));
      continue;
    }
    if (!*read) {
      // An engine ends a stream after the terminal event, and at once when there is nothing after the cursor.
      if (terminal_ || !read_on_this_) return std::nullopt;
      PE_RETURN_IF_ERROR(AfterCut(absl::UnavailableError("the engine ended the stream before the job's end")));
      continue;
    }
    PE_RETURN_IF_ERROR(checker_.Accept(batch));
    ever_read_ = read_on_this_ = true;
    pause_ = kFirstPause;
    outage_ = absl::ZeroDuration();
    NoteTerminal(batch);
    return batch;
  }
}

absl::Status Watcher::Reopen() {
  provision::v1::WatchRequest request;
  request.set_name(options_.name);
  if (const auto after = checker_.through_seq()) request.set_after_seq(*after);
  if (options_.no_output) request.mutable_filter()->set_no_output(true);
  pe::MutexLock lock(&mu_);
  if (cancelled_) return absl::CancelledError("the watch was cancelled");
  if (stream_ == nullptr) {
    read_on_this_ = false;
    stream_ = open_(request);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Watcher::Read(provision::v1::WatchResponse* batch) {
  PE_RETURN_IF_ERROR(Reopen());
  std::shared_ptr<WatchStream> stream;
  {
    pe::MutexLock lock(&mu_);
    stream = stream_;
  }
  batch->Clear();
  return stream->Read(batch, options_.idle_timeout);
}

absl::Status Watcher::AfterCut(const absl::Status& why) {
  {
    pe::MutexLock lock(&mu_);
    if (cancelled_) return absl::CancelledError("the watch was cancelled");
    stream_.reset();
  }
  if (!IsCut(why) || !ever_read_ || outage_ >= options_.max_outage) return why;
  absl::Duration pause = pause_;
  if (const auto after = DetailsOf(why).retry_after_ms) pause = std::max(pause, absl::Milliseconds(*after));
  pause = std::min(pause, options_.max_outage);
  if (options_.on_cut) options_.on_cut(why, pause);
  if (!PauseUnlessCancelled(pause)) return absl::CancelledError("the watch was cancelled");
  outage_ += pause;
  pause_ = std::min(pause_ * 2, kLongestPause);
  return absl::OkStatus();
}

bool Watcher::PauseUnlessCancelled(absl::Duration pause) {
  const absl::Time end = absl::Now() + pause;
  pe::MutexLock lock(&mu_);
  while (!cancelled_) {
    const int64_t left = absl::ToInt64Microseconds(end - absl::Now());
    if (left <= 0 || !cancelled_changed_.WaitFor(&mu_, left)) break;
  }
  return !cancelled_;
}

void Watcher::NoteTerminal(const provision::v1::WatchResponse& batch) {
  if (batch.has_snapshot() && IsTerminal(batch.snapshot().state())) terminal_ = true;
  for (const provision::v1::Event& event : batch.events()) {
    if (event.target() < 0 && event.has_state() && IsTerminal(event.state().state())) terminal_ = true;
  }
}

void Watcher::Cancel() {
  pe::MutexLock lock(&mu_);
  cancelled_ = true;
  cancelled_changed_.SignalAll();
  if (stream_ != nullptr) stream_->Cancel();
}

}  // namespace provision::client
