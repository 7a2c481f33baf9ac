// Writes a ChangeSet inside the transaction that is open on `connection`.
#ifndef STORAGE_SQLITE_APPLY_H_
#define STORAGE_SQLITE_APPLY_H_

#include "absl/status/status.h"
#include "storage/commit/change_set.h"
#include "storage/sqlite/connection.h"

namespace pe {

// On an error the transaction must be rolled back. `changes` is used up.
absl::Status ApplyChanges(ChangeSet& changes, Connection& connection);

}  // namespace pe

#endif  // STORAGE_SQLITE_APPLY_H_
