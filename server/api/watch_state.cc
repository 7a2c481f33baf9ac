#include "server/api/watch_state.h"

#include <utility>

#include "base/mutant.h"
#include "server/api/api_errors.h"
#include "server/api/limits.h"

namespace pe {

WatchState::WatchState(std::optional<int64_t> after_seq, provision::v1::WatchFilter filter, Times times, MonoMicros now)
    : filter_(std::move(filter)),
      filtered_(filter_.no_output() || !filter_.targets().empty()),
      times_(times),
      after_(after_seq),
      write_time_(now),
      quiet_since_(now) {}

WatchState::Do WatchState::Next(MonoMicros now) {
  if (finished_) return Do::kNothing;
  if (cancelled_) return Finish(absl::CancelledError("the watcher went away"));
  if (writing_ != nullptr) {
    return now - write_time_ >= times_.stall_micros ? Finish(SlowReader(last())) : Do::kNothing;
  }
  if (!history_.empty()) {
    WatchMessagePtr next = std::move(history_.front());
    history_.pop_front();
    return Write(std::move(next), now);
  }
  if (failed_.has_value()) return Finish(*failed_);
  if (ended_) return Finish(absl::OkStatus());
  if (drained_) return Finish(WatchDrained(last()));
  if (reading_) return Do::kNothing;
  if (need_read_) {
    reading_ = true;
    return Do::kRead;
  }
  return NextLive(now);
}

WatchState::Do WatchState::NextLive(MonoMicros now) {
  while (!live_.empty()) {
    const WatchMessagePtr next = live_.front();
    if (next->from_seq > last() + 1) {  // something was missed: the store has it, and this one waits
      need_read_ = reading_ = true;
      return Do::kRead;
    }
    if (!filtered_ && next->from_seq == last() + 1) return Write(TakeLive(), now);
    PopLive();
    if (next->through_seq <= last()) continue;
    ended_ = next->terminal;
    return Write(PartOf(*next, last(), filter_), now);
  }
  if (heartbeat_due_) return Write(MakeHeartbeat(last()), now);
  if (now - quiet_since_ < times_.heartbeat_micros) return Do::kNothing;
  // Before it says "nothing new", it looks: a notice that never came cannot make a watch wait for ever.
  quiet_since_ = now;
  heartbeat_due_ = reading_ = true;
  return Do::kRead;
}

WatchMessagePtr WatchState::PopLive() {
  WatchMessagePtr first = std::move(live_.front());
  live_.pop_front();
  live_bytes_ -= first->size;
  return first;
}

// All that waits for a reader that is behind goes at once: it comes up to date with one write, and no queue stands.
WatchMessagePtr WatchState::TakeLive() {
  std::vector<WatchMessagePtr> run = {PopLive()};
  for (size_t size = run[0]->size; !live_.empty() && live_.front()->from_seq == run.back()->through_seq + 1;) {
    size += live_.front()->size;
    if (size > kMaxWatchMessageBytes) break;
    run.push_back(PopLive());
  }
  ended_ = run.back()->terminal;
  return run.size() == 1 ? run[0] : JoinMessages(run);
}

WatchState::Do WatchState::Write(WatchMessagePtr message, MonoMicros now) {
  writing_ = std::move(message);
  write_time_ = quiet_since_ = now;
  heartbeat_due_ = false;
  after_ = writing_->through_seq + (PE_MUTANT(watch_off_by_one) ? 1 : 0);
  return Do::kWrite;
}

WatchState::Do WatchState::Finish(absl::Status status) {
  finished_ = true;
  history_.clear();
  live_.clear();
  live_bytes_ = 0;
  status_ = std::move(status);
  return Do::kFinish;
}

void WatchState::OnRead(absl::StatusOr<HistoryRead> read) {
  reading_ = false;
  if (!read.ok()) {
    failed_ = read.status();
    return;
  }
  need_read_ = !read->at_end || std::exchange(read_again_, false);
  ended_ = read->at_end && read->job_ended;
  history_.insert(history_.end(), read->messages.begin(), read->messages.end());
}

void WatchState::OnLive(WatchMessagePtr message) {
  if (finished_) return;
  if (live_.size() >= kMaxLiveMessages || live_bytes_ + message->size > kMaxLiveBytes) {
    // The reader is behind by more than is kept for it. It goes on from the store.
    live_.clear();
    live_bytes_ = 0;
    need_read_ = true;
    read_again_ = reading_;
    return;
  }
  live_bytes_ += message->size;
  live_.push_back(std::move(message));
}

void WatchState::OnWriteDone(bool ok) {
  writing_ = nullptr;
  if (!ok) cancelled_ = true;
}

}  // namespace pe
