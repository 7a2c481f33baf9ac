#include "storage/sqlite/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"

namespace pe {
namespace {

absl::Status Failed(absl::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path));
}

absl::Status MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0) return SyncParent(path);
  if (errno != EEXIST) return Failed("cannot make the data folder", path);
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return Failed("cannot look at the data folder", path);
  if (!S_ISDIR(info.st_mode))
    return absl::FailedPreconditionError(absl::StrCat(path, " is not a folder; name another one"));
  if (info.st_uid != geteuid() || (info.st_mode & 0077) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("the data folder ", path,
                     " must belong to the engine's user and be closed to others: run `chmod 0700 ", path, "`"));
  }
  return absl::OkStatus();
}

std::string HolderOf(int lock) {
  char text[32];
  const ssize_t size = pread(lock, text, sizeof text, 0);
  absl::string_view pid = absl::StripAsciiWhitespace({text, size > 0 ? static_cast<size_t>(size) : 0});
  return pid.empty() ? "pid not written yet" : absl::StrCat("pid ", Printable(pid));
}

absl::StatusOr<int> TakeLock(const std::string& path) {
  const int lock = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return Failed("cannot open", path);
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    absl::Status status = Failed("cannot lock", path);
    if (errno == EWOULDBLOCK) {
      status = absl::FailedPreconditionError(
          absl::StrCat("another engine (", HolderOf(lock), ") holds ", path, "; stop it, or use another data folder"));
    }
    close(lock);
    return status;
  }
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(lock, 0) != 0 || pwrite(lock, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    absl::Status status = Failed("cannot write", path);
    // A full disk must not keep the engine from its data: the pid is a courtesy.
    if (errno != ENOSPC) {
      close(lock);
      return status;
    }
  }
  return lock;
}

// REQUIRES: the lock is held and SQLite has no connection yet.
absl::Status MakeDatabaseFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Failed("cannot make", path);
  const bool done = fchmod(file, 0600) == 0;
  absl::Status status = done ? absl::OkStatus() : Failed("cannot set the mode of", path);
  close(file);
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataFolder>> DataFolder::Open(const std::string& path) {
  PE_RETURN_IF_ERROR(MakeFolder(path));
  PE_ASSIGN_OR_RETURN(const int lock, TakeLock(path + "/LOCK"));
  std::unique_ptr<DataFolder> folder(new DataFolder(path, lock));
  PE_RETURN_IF_ERROR(MakeDatabaseFile(folder->database()));
  PE_RETURN_IF_ERROR(SyncParent(folder->database()));
  return folder;
}

DataFolder::~DataFolder() { close(lock_); }

absl::Status SyncParent(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  const std::string parent = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const int folder = open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return Failed("cannot open", parent);
  absl::Status status = fsync(folder) == 0 ? absl::OkStatus() : Failed("cannot sync", parent);
  close(folder);
  return status;
}

}  // namespace pe
