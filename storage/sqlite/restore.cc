#include "storage/sqlite/restore.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/sqlite/damage.h"
#include "storage/sqlite/data_folder.h"

namespace pe {
namespace {

absl::Status Failed(const char* what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path));
}

std::string MarkOf(const std::string& folder) { return folder + "/RESTORING"; }

bool IsThere(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// A folder has an empty database file from the moment that its lock is taken.
bool HasDatabase(const std::string& database) {
  struct stat info;
  return stat(database.c_str(), &info) == 0 && info.st_size > 0;
}

absl::Status CopyBytes(int from, int to, const std::string& path) {
  while (true) {
    const ssize_t copied = sendfile(to, from, nullptr, size_t{1} << 24);
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0) return Failed("cannot write", path);
    if (copied == 0) break;
  }
  return fsync(to) == 0 ? absl::OkStatus() : Failed("cannot sync", path);
}

// A new file with mode 0600, synced.
absl::Status CopyFile(const std::string& from_path, const std::string& to_path) {
  unlink(to_path.c_str());  // of a restore that was interrupted
  const int from = open(from_path.c_str(), O_RDONLY | O_CLOEXEC);
  if (from < 0) return Failed("cannot read", from_path);
  const int to = open(to_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  absl::Status status = to >= 0 ? CopyBytes(from, to, to_path) : Failed("cannot make", to_path);
  close(from);
  if (to >= 0) close(to);
  return status;
}

absl::Status Mark(const std::string& folder) {
  const int mark = open(MarkOf(folder).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (mark < 0) return Failed("cannot make", MarkOf(folder));
  close(mark);
  return SyncParent(MarkOf(folder));
}

// The old database gets a second name before it loses the first. Its log belongs to it: beside another database it
// would be taken for that one's.
absl::Status PutAside(const std::string& database, const std::string& aside) {
  for (const char* part : {"", "-wal"}) {
    const std::string from = database + part;
    if (IsThere(from) && link(from.c_str(), (aside + part).c_str()) != 0) return Failed("cannot make", aside + part);
  }
  return SyncParent(aside);
}

absl::Status Replace(const std::string& folder, const std::string& copy, const std::string& database) {
  for (const char* part : {"-wal", "-shm"}) {
    const std::string path = database + part;
    if (unlink(path.c_str()) != 0 && errno != ENOENT) return Failed("cannot remove", path);
  }
  if (rename(copy.c_str(), database.c_str()) != 0) return Failed("cannot replace", database);
  PE_RETURN_IF_ERROR(SyncParent(database));
  ForgetDamage(folder);
  if (unlink(MarkOf(folder).c_str()) != 0 && errno != ENOENT) return Failed("cannot remove", MarkOf(folder));
  return SyncParent(database);
}

}  // namespace

absl::Status NoRestoreInterrupted(const std::string& folder) {
  if (!IsThere(MarkOf(folder))) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("a restore into ", folder,
                                                    " was interrupted: run it again, provisiond restore --data-dir ",
                                                    folder, " --force FILE"));
}

absl::StatusOr<Restored> RestoreDatabase(const std::string& file, const std::string& folder,
                                         const RestoreOptions& options) {
  Restored out;
  PE_ASSIGN_OR_RETURN(out.report, CheckDatabase(file));
  if (!out.report.problems.empty()) {
    return absl::DataLossError(absl::StrCat(file, " is damaged and was not restored: ", out.report.problems.front()));
  }
  PE_ASSIGN_OR_RETURN(const std::unique_ptr<DataFolder> lock, DataFolder::Open(folder));
  const std::string database = lock->database();
  const bool old = HasDatabase(database);
  if (old && !options.replace) {
    return absl::AlreadyExistsError(absl::StrCat("there is a database in ", folder,
                                                 "; with --force it is kept aside and ", file, " takes its place"));
  }
  const std::string copy = database + ".restored";
  PE_RETURN_IF_ERROR(CopyFile(file, copy));
  if (old) {
    out.aside = database + options.aside;
    if (IsThere(out.aside)) return absl::AlreadyExistsError(absl::StrCat(out.aside, " exists; try again in a moment"));
    PE_RETURN_IF_ERROR(PutAside(database, out.aside));
  }
  PE_RETURN_IF_ERROR(Mark(folder));
  PE_RETURN_IF_ERROR(Replace(folder, copy, database));
  return out;
}

}  // namespace pe
