// Brings a database to this program's schema.
#ifndef STORAGE_SQLITE_MIGRATE_H_
#define STORAGE_SQLITE_MIGRATE_H_

#include "absl/status/status.h"
#include "storage/sqlite/connection.h"

namespace pe {

// Applies the migrations that `connection`'s database lacks, each in a transaction. FAILED_PRECONDITION when the
// database is of a newer release, or not one of ours.
absl::Status Migrate(Connection& connection);

}  // namespace pe

#endif  // STORAGE_SQLITE_MIGRATE_H_
