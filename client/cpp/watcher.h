// Watcher: follows a job's events until the last one, across cut streams, engine restarts and slow readers' closings,
// without a gap and without a duplicate.
//
//   open stream -> read batch -> check its range -> hand out;  stream cut -> pause -> open after the last sequence
//
// Thread rule: Next() belongs to one thread at a time; Cancel() may be called from any other.
#ifndef CLIENT_CPP_WATCHER_H_
#define CLIENT_CPP_WATCHER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "client/cpp/sequence_checker.h"
#include "provision/v1/provision_service.pb.h"

namespace provision::client {

struct WatchOptions {
  std::string name;                  // "jobs/{job}"
  std::optional<int64_t> after_seq;  // unset: a snapshot first
  bool no_output = false;            // leave out output
  // A stream on which nothing came for so long, no heartbeat either, is given up and opened again.
  absl::Duration idle_timeout = absl::Seconds(60);
  // How long the engine may be away in one go before Next() gives up with its last error.
  absl::Duration max_outage = absl::Minutes(10);
  // Told, on Next()'s thread, about every cut and when it is tried again.
  std::function<void(const absl::Status& why, absl::Duration pause)> on_cut = {};
};

// One stream of WatchResponse. Read belongs to one thread; Cancel may be called from any other.
class WatchStream {
 public:
  virtual ~WatchStream() = default;
  // True with a batch, false at the orderly end. DEADLINE_EXCEEDED when nothing came for `timeout`.
  virtual absl::StatusOr<bool> Read(provision::v1::WatchResponse* batch, absl::Duration timeout) = 0;
  virtual void Cancel() = 0;
};

using OpenWatchStream = std::function<std::shared_ptr<WatchStream>(const provision::v1::WatchRequest&)>;

class Watcher {
 public:
  Watcher(WatchOptions options, OpenWatchStream open);

  // The next batch, or nothing after the job's terminal event. Errors are final: NOT_FOUND, OUT_OF_RANGE (the history
  // is no longer there; see DetailsOf), UNAVAILABLE when the engine was never reached or was away too long, DATA_LOSS
  // when the stream had a gap, CANCELLED after Cancel.
  absl::StatusOr<std::optional<provision::v1::WatchResponse>> Next();

  // Makes a waiting and every later Next() return CANCELLED. The job is not touched.
  void Cancel();

  // The last sequence handed out; what to resume after.
  std::optional<int64_t> through_seq() const { return checker_.through_seq(); }

 private:
  absl::Status Reopen();
  absl::StatusOr<bool> Read(provision::v1::WatchResponse* batch);
  // Decides whether a cut can be mended, and pauses; otherwise the error that ends the watch.
  absl::Status AfterCut(const absl::Status& why);
  bool PauseUnlessCancelled(absl::Duration pause);
  void NoteTerminal(const provision::v1::WatchResponse& batch);

  const WatchOptions options_;
  const OpenWatchStream open_;
  SequenceChecker checker_;
  bool terminal_ = false;      // the terminal event was handed out
  bool ever_read_ = false;     // the engine has answered at least once
  bool read_on_this_ = false;  // ... on the stream that is open now
  absl::Duration pause_;       // before the next attempt
  absl::Duration outage_;      // pauses since the last batch

  pe::Mutex mu_;
  pe::CondVar cancelled_changed_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  std::shared_ptr<WatchStream> stream_ ABSL_GUARDED_BY(mu_);
};

}  // namespace provision::client

#endif  // CLIENT_CPP_WATCHER_H_
