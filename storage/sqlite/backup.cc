#include "storage/sqlite/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/sqlite/check.h"
#include "storage/sqlite/damage.h"
#include "storage/sqlite/data_folder.h"
#include "storage/sqlite/sql.h"

namespace pe {
namespace {

// An unfinished copy, removed unless it was published.
class PartFile {
 public:
  explicit PartFile(std::string path) : path_(std::move(path)) {}
  ~PartFile() { unlink(path_.c_str()); }

  absl::Status Create() {
    const int file = open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot make ", path_));
    close(file);
    return absl::OkStatus();
  }
  // link and not rename: it does not replace a file that came meanwhile.
  absl::Status Publish(const std::string& path) {
    if (link(path_.c_str(), path.c_str()) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot make ", path));
    return SyncParent(path);
  }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

absl::Status Copy(Connection& from, Connection& to) {
  // The read transaction of `from` keeps its snapshot, so that the writer's commits do not start the copy again.
  PE_RETURN_IF_ERROR(from.QueryInt(sql::kGetMaxAdmission).status());
  sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (backup == nullptr) return SqliteError(to.handle(), sqlite3_errcode(to.handle()));
  const int stepped = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (stepped != SQLITE_DONE) return SqliteError(nullptr, stepped);
  return finished == SQLITE_OK ? absl::OkStatus() : SqliteError(to.handle(), finished);
}

// Beside `path`, the digest of what will be there.
absl::Status WriteDigest(const std::string& part, const std::string& path) {
  PE_ASSIGN_OR_RETURN(const std::string digest, DigestOf(part));
  const std::string text = absl::StrCat(digest, "  ", path.substr(path.find_last_of('/') + 1), "\n");
  const std::string name = DigestFileOf(path);
  const int file = open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot make ", name));
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
  const int error = errno;
  close(file);
  return written ? absl::OkStatus() : absl::ErrnoToStatus(error, absl::StrCat("cannot write ", name));
}

}  // namespace

absl::Status BackupDatabase(ReaderPool& readers, const std::string& path) {
  if (access(path.c_str(), F_OK) == 0) return absl::AlreadyExistsError(absl::StrCat(path, " exists; give a new name"));
  PartFile part(path + ".part");
  PE_RETURN_IF_ERROR(part.Create());
  {
    PE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> to, Connection::Open(part.path(), SQLITE_OPEN_READWRITE, ""));
    PE_RETURN_IF_ERROR(readers.Run([&](Connection& from) { return Copy(from, *to); }));
    PE_RETURN_IF_ERROR(to->Execute(sql::kDetachCopy));
  }
  PE_RETURN_IF_ERROR(WriteDigest(part.path(), path));
  return part.Publish(path);
}

absl::Status BackupFolder(const std::string& folder, const std::string& path) {
  const std::string database = DataFolder::DatabaseOf(folder);
  struct stat info;
  if (stat(database.c_str(), &info) != 0 || info.st_size == 0)
    return absl::NotFoundError(absl::StrCat("there is no database in ", folder, "; name its folder with --data-dir"));
  Damage damage(folder, nullptr);
  ReaderPool readers(database, "", 1, &damage);
  readers.Open();
  const absl::Status status = BackupDatabase(readers, path);
  readers.Close();
  return status;
}

}  // namespace pe
