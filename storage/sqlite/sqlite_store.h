// The SQLite store: durable on one machine, for one engine at a time.
#ifndef STORAGE_SQLITE_SQLITE_STORE_H_
#define STORAGE_SQLITE_SQLITE_STORE_H_

#include <cstdint>
#include <functional>
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
  // A database whose last process was killed is looked at whole: before it is served when it is not larger than this,
  // else while it is served.
  int64_t check_first_bytes = 256 * 1024 * 1024;
  // Hears that the database is damaged; nothing is read or written from then on (DATA_LOSS). On the thread that found
  // it; must not call the store.
  std::function<void(const absl::Status&)> on_damage;
};

// Opens the database in `options.folder`, making or migrating it. Holds the folder's lock until the store is destroyed.
// `random` is used during the call (the engine id of a new database).
//   FAILED_PRECONDITION   another process has it (the text names its pid); a newer release made it; the folder is open
//                         to other users; the file is no database of ours; a restore was interrupted.
//   DATA_LOSS             the database is damaged; the text says how to repair it.
absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const SqliteOptions& options, Random& random);

}  // namespace pe

#endif  // STORAGE_SQLITE_SQLITE_STORE_H_
