// Retention inside the transaction that is open on `connection`.
#ifndef STORAGE_SQLITE_DROP_EVENTS_H_
#define STORAGE_SQLITE_DROP_EVENTS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "storage/sqlite/connection.h"
#include "storage/store.h"

namespace pe {

// As Store::DropEvents. On an error the transaction must be rolled back. Freed pages are reused by what is written
// next; the file does not shrink.
absl::StatusOr<DroppedEvents> DropEvents(Connection& connection, WallMicros ended_before, int64_t enough_bytes);

}  // namespace pe

#endif  // STORAGE_SQLITE_DROP_EVENTS_H_
