// WatchFeed: a job's watch on a thread of its own, as a queue that a poll loop can wait for. Bounded: a reader that is
// behind slows the stream, not the job.
// Thread rule: the owner's thread; the feed's own thread is not seen.
#ifndef CLIENT_CLI_COMMANDS_WATCH_FEED_H_
#define CLIENT_CLI_COMMANDS_WATCH_FEED_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "client/cpp/connection.h"

namespace pe::cli {

// The stream was cut and is opened again after `pause`.
struct WatchCut {
  absl::Status why;
  absl::Duration pause;
};
// The watch has ended; OK after the job's terminal event.
struct WatchEnd {
  absl::Status status;
};
using WatchItem = std::variant<provision::v1::WatchResponse, WatchCut, WatchEnd>;

class WatchFeed {
 public:
  // `engine` outlives the feed.
  WatchFeed(provision::client::Connection* engine, provision::client::WatchOptions options);
  // Ends the watch; the job is not touched.
  ~WatchFeed();

  // Readable when Pop may have something.
  int fd() const { return wake_fd_; }
  std::optional<WatchItem> Pop();

 private:
  void Run();
  void Push(WatchItem item);

  const int wake_fd_;
  pe::Mutex mu_;
  pe::CondVar room_;
  std::deque<WatchItem> items_ ABSL_GUARDED_BY(mu_);
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  std::unique_ptr<provision::client::Watcher> watcher_;
  std::thread thread_;
};

}  // namespace pe::cli

#endif  // CLIENT_CLI_COMMANDS_WATCH_FEED_H_
