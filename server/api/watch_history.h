// Reads of the store for watches. Blocks on the disk: for WorkPool, not for gRPC's threads. Thread-safe.
#ifndef SERVER_API_WATCH_HISTORY_H_
#define SERVER_API_WATCH_HISTORY_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "base/id.h"
#include "provision/v1/provision_service.pb.h"
#include "server/api/watch_state.h"
#include "storage/store.h"

namespace pe {

// What comes after `after_seq`: at most kHistoryEvents events; with `after_seq` unset a snapshot, from one moment of
// the store, whose through_seq is the snapshot's own last_seq. NOT_FOUND, OUT_OF_RANGE (CURSOR_TOO_OLD),
// INVALID_ARGUMENT when `after_seq` is beyond the log, DATA_LOSS for a hole.
absl::StatusOr<HistoryRead> ReadHistory(Store& store, const JobId& job, std::optional<int64_t> after_seq,
                                        const provision::v1::WatchFilter& filter);

}  // namespace pe

#endif  // SERVER_API_WATCH_HISTORY_H_
