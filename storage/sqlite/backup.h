// A consistent copy of the database while work goes on.
#ifndef STORAGE_SQLITE_BACKUP_H_
#define STORAGE_SQLITE_BACKUP_H_

#include <string>

#include "absl/status/status.h"
#include "storage/sqlite/reader_pool.h"

namespace pe {

// Writes `path` (mode 0600, one file, without an engine id: opened as a database it becomes another engine's). The name
// appears when the copy is complete and synced, and after `path`.sha256. ALREADY_EXISTS when there is such a file. The
// snapshot is held for as long as the copy takes; the write-ahead log grows meanwhile.
absl::Status BackupDatabase(ReaderPool& readers, const std::string& path);

// The same of the database in `folder`, from any process of its user, whether an engine has it or not. NOT_FOUND when
// there is none.
absl::Status BackupFolder(const std::string& folder, const std::string& path);

}  // namespace pe

#endif  // STORAGE_SQLITE_BACKUP_H_
