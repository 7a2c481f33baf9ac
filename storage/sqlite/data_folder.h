// DataFolder: the folder of a database (0700), its files (0600) and the lock that one process holds (flock on LOCK,
// with the holder's pid inside). The lock is on a file of its own, because closing any descriptor of the database
// itself would drop SQLite's locks. It ends with the object, or with the process, however that ends.
// Thread rule: immutable after Open.
#ifndef STORAGE_SQLITE_DATA_FOLDER_H_
#define STORAGE_SQLITE_DATA_FOLDER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace pe {

class DataFolder {
 public:
  // Makes the folder when it is missing (its parent must exist). FAILED_PRECONDITION when another process holds the
  // lock, naming its pid, or when the folder is open to other users.
  static absl::StatusOr<std::unique_ptr<DataFolder>> Open(const std::string& path);
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;
  ~DataFolder();

  // The database file; made empty with mode 0600 by Open, so that it is never more open than that (SQLite gives its
  // other files the same mode).
  std::string database() const { return DatabaseOf(path_); }
  static std::string DatabaseOf(const std::string& folder) { return folder + "/provision.db"; }

 private:
  DataFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  const std::string path_;
  const int lock_;
};

// fsync of the folder that holds `path`, so that a new name in it survives a power cut.
absl::Status SyncParent(const std::string& path);

}  // namespace pe

#endif  // STORAGE_SQLITE_DATA_FOLDER_H_
