// WatchMessage: one WatchResponse, serialised once and shared by all who get it as it is. Immutable; thread-safe.
#ifndef SERVER_API_WATCH_MESSAGE_H_
#define SERVER_API_WATCH_MESSAGE_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "provision/v1/provision_service.pb.h"
#include "server/engine/event_hub.h"

namespace pe {

struct WatchMessage {
  int64_t from_seq = 0;
  int64_t through_seq = 0;
  bool terminal = false;  // the job's last event is in it
  size_t size = 0;
  size_t tail_size = 0;  // of what follows the events in `bytes`
  grpc::ByteBuffer bytes;
  // What it was made of, when it is live: for watchers that want only a part.
  std::vector<std::shared_ptr<const EventBatch>> batches;
};
using WatchMessagePtr = std::shared_ptr<const WatchMessage>;

// Whether a watcher with `filter` wants `event`. Events of the job itself always pass, and output only when asked for.
bool Passes(const provision::v1::WatchFilter& filter, const provision::v1::Event& event);

// Serialises `response`; `terminal` as above.
WatchMessagePtr MakeMessage(const provision::v1::WatchResponse& response, bool terminal);

// An empty message after `through_seq`.
WatchMessagePtr MakeHeartbeat(int64_t through_seq);

// The contiguous `batches` as few messages, each with at most kMaxWatchMessageBytes of events (one batch at least).
std::vector<WatchMessagePtr> MergeBatches(const std::vector<std::shared_ptr<const EventBatch>>& batches);

// Contiguous live messages as one, without copying their events: for a reader that is behind.
WatchMessagePtr JoinMessages(const std::vector<WatchMessagePtr>& messages);

// What of a live `message` is after `after_seq` and passes `filter`.
WatchMessagePtr PartOf(const WatchMessage& message, int64_t after_seq, const provision::v1::WatchFilter& filter);

// `events` (contiguous, after `after_seq`) as messages of at most kMaxWatchMessageBytes; events that do not pass are
// left out.
std::vector<WatchMessagePtr> SplitEvents(std::vector<provision::v1::Event> events, int64_t after_seq,
                                         const provision::v1::WatchFilter& filter);

}  // namespace pe

#endif  // SERVER_API_WATCH_MESSAGE_H_
