// WatchState: what one watch does next. It joins history (read from the store) and live messages (from the hub) into
// one stream of contiguous ranges, and keeps the rules of the stream: one write in flight, finish once, bounded queues.
// No clock, no thread and no gRPC call inside: WatchReactor drives it.
//
//   snapshot or history first -> live; a gap or an overflow -> history again, at the reader's pace -> live ...
//
// Thread rule: thread-compatible.
#ifndef SERVER_API_WATCH_STATE_H_
#define SERVER_API_WATCH_STATE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "provision/v1/provision_service.pb.h"
#include "server/api/watch_message.h"

namespace pe {

// What a read of the store brought.
struct HistoryRead {
  std::vector<WatchMessagePtr> messages;  // contiguous; the first continues what was asked after
  // The log's end was reached: what comes later will be (or is already) offered live.
  bool at_end = false;
  bool job_ended = false;  // with at_end: and the job's last event is among what was read so far
};

class WatchState {
 public:
  struct Times {
    int64_t heartbeat_micros = 0;
    int64_t stall_micros = 0;
  };
  // `after_seq` unset: a snapshot first.
  WatchState(std::optional<int64_t> after_seq, provision::v1::WatchFilter filter, Times times, MonoMicros now);

  enum class Do { kNothing, kRead, kWrite, kFinish };
  // The next thing to do. kRead: ask OnRead(...) later for what follows after_seq(); kWrite: send writing() and call
  // OnWriteDone; kFinish: end the stream with status(); nothing more follows.
  Do Next(MonoMicros now);

  WatchMessagePtr writing() const { return writing_; }
  const absl::Status& status() const { return status_; }
  // Last sequence given to be written; unset before the snapshot.
  std::optional<int64_t> after_seq() const { return after_; }
  const provision::v1::WatchFilter& filter() const { return filter_; }

  void OnRead(absl::StatusOr<HistoryRead> read);
  void OnLive(WatchMessagePtr message);
  void OnWriteDone(bool ok);
  void OnCancelled() { cancelled_ = true; }
  // The server ends: the stream is closed, resumably.
  void OnDrain() { drained_ = true; }

 private:
  Do Write(WatchMessagePtr message, MonoMicros now);
  Do Finish(absl::Status status);
  Do NextLive(MonoMicros now);
  WatchMessagePtr PopLive();
  WatchMessagePtr TakeLive();
  int64_t last() const { return after_.value_or(0); }

  const provision::v1::WatchFilter filter_;
  const bool filtered_;
  const Times times_;
  std::optional<int64_t> after_;
  std::deque<WatchMessagePtr> history_;
  std::deque<WatchMessagePtr> live_;
  size_t live_bytes_ = 0;
  WatchMessagePtr writing_;
  MonoMicros write_time_ = 0;   // when the last write began
  MonoMicros quiet_since_ = 0;  // when the last write began, or a quiet time was checked against the store
  bool need_read_ = true;
  bool reading_ = false;
  bool read_again_ = false;  // live messages were dropped while a read was on its way
  bool heartbeat_due_ = false;
  bool ended_ = false;  // the job's last event is written or being written
  bool cancelled_ = false;
  bool drained_ = false;
  bool finished_ = false;
  std::optional<absl::Status> failed_;
  absl::Status status_;
};

}  // namespace pe

#endif  // SERVER_API_WATCH_STATE_H_
