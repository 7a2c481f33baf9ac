// The SQLite store: durable on one machine, for one engine at a time.
#ifndef STORAGE_SQLITE_SQLITE_STORE_H_
#define STORAGE_SQLITE_SQLITE_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/random.h"
#include "storage/store.h"

namespace pe {

struct SqliteOptions {
  std::string folder;                // made with mode 0700 when it is missing; its parent must exist
  int readers = 4;                   // connections that read at the same time; more calls wait
  int64_t checkpoint_pages = 4'000;  // length of the write-ahead log, in pages of 4 KiB, that starts a checkpoint
  std::string vfs;                   // SQLite VFS to use, for fault tests; empty: the default one
};

// Opens the database in `options.folder`, making or migrating it. Holds the folder's lock until the store is destroyed.
// `random` is used during the call (the engine id of a new database).
//   FAILED_PRECONDITION   another process has it (the text names its pid); a newer release made it; the folder is open
//                         to other users; the file is no database of ours.
absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const SqliteOptions& options, Random& random);

}  // namespace pe

#endif  // STORAGE_SQLITE_SQLITE_STORE_H_
