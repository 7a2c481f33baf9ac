// Puts a backup in the place of a database.
#ifndef STORAGE_SQLITE_RESTORE_H_
#define STORAGE_SQLITE_RESTORE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/sqlite/check.h"

namespace pe {

struct RestoreOptions {
  bool replace = false;  // an existing database is kept aside under a name that ends in `aside`
  std::string aside;     // for example ".before-20261122T101500Z"
};

struct Restored {
  DatabaseReport report;
  std::string aside;  // where the old database is now; empty when there was none
};

// Checks `file` and copies it into `folder` (made when it is missing). Either it is whole in place, or the folder says
// that a restore was interrupted and no engine starts on it until one has ended.
//   FAILED_PRECONDITION   an engine has the folder (its pid is named)
//   ALREADY_EXISTS        there is a database and `replace` is false, or the name for the old one is taken
//   DATA_LOSS             `file` is damaged; nothing was changed
absl::StatusOr<Restored> RestoreDatabase(const std::string& file, const std::string& folder,
                                         const RestoreOptions& options);

// FAILED_PRECONDITION when a restore into `folder` began and did not end.
absl::Status NoRestoreInterrupted(const std::string& folder);

}  // namespace pe

#endif  // STORAGE_SQLITE_RESTORE_H_
