#include "server/agent/system/real_file_system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/mutant.h"
#include "base/status.h"
#include "server/agent/system/errno_status.h"
#include "server/agent/system/remove_tree.h"
#include "server/agent/system/temporary.h"
#include "server/agent/system/unique_fd.h"

namespace pe::agent {
namespace {

FileInfo::Type TypeOf(mode_t mode) {
  if (S_ISREG(mode)) return FileInfo::Type::kRegular;
  if (S_ISDIR(mode)) return FileInfo::Type::kDirectory;
  if (S_ISLNK(mode)) return FileInfo::Type::kSymlink;
  return FileInfo::Type::kOther;
}

// Owner first: a change of owner clears the set-user-id bits of the mode.
absl::Status SetFdAttributes(int fd, const FileAttributes& attributes, const std::string& path) {
  struct stat st;
  if (fstat(fd, &st) != 0) return ErrnoStatus(errno, path);
  if ((st.st_uid != attributes.uid || st.st_gid != attributes.gid) && fchown(fd, attributes.uid, attributes.gid) != 0) {
    return ErrnoStatus(errno, path);
  }
  if (fchmod(fd, attributes.mode & 07777) != 0) return ErrnoStatus(errno, path);
  return absl::OkStatus();
}

absl::Status FillTemporary(const std::string& temporary, const std::string& path, absl::string_view content,
                           const FileAttributes& attributes) {
  UniqueFd fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.ok()) return ErrnoStatus(errno, path);
  PE_RETURN_IF_ERROR(WriteAll(fd.get(), content, path));
  PE_RETURN_IF_ERROR(SetFdAttributes(fd.get(), attributes, path));
  if (fsync(fd.get()) != 0) return ErrnoStatus(errno, path);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<FileInfo>> RealFileSystem::Stat(const std::string& path) {
  struct stat st;
  if (lstat(Real(path).c_str(), &st) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<FileInfo>();
    return ErrnoStatus(errno, path);
  }
  return std::optional<FileInfo>(FileInfo{.type = TypeOf(st.st_mode),
                                          .mode = static_cast<uint32_t>(st.st_mode & 07777),
                                          .uid = st.st_uid,
                                          .gid = st.st_gid,
                                          .size = st.st_size});
}

absl::StatusOr<std::string> RealFileSystem::Read(const std::string& path, int64_t max_bytes) {
  // O_NONBLOCK: a FIFO in the place of a file must not hold the agent.
  UniqueFd fd(open(Real(path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.ok()) return ErrnoStatus(errno, path);
  struct stat st;
  if (fstat(fd.get(), &st) != 0) return ErrnoStatus(errno, path);
  if (S_ISDIR(st.st_mode)) return ErrnoStatus(EISDIR, path);
  if (!S_ISREG(st.st_mode)) return absl::UnknownError(absl::StrCat(path, ": is not a regular file"));
  std::string content;
  content.reserve(static_cast<size_t>(std::clamp<int64_t>(st.st_size, 0, max_bytes)));
  char buffer[16384];
  while (true) {
    const ssize_t n = read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, path);
    if (n == 0) return content;
    content.append(buffer, static_cast<size_t>(n));
    if (static_cast<int64_t>(content.size()) > max_bytes) {
      return absl::OutOfRangeError(absl::StrCat(path, ": has more than the ", max_bytes, " bytes that are read here"));
    }
  }
}

absl::Status RealFileSystem::WriteAtomic(const std::string& path, absl::string_view content,
                                         const FileAttributes& attributes, Check* check) {
  const std::string real = Real(path);
  const std::string temporary = TemporaryBeside(real);
  absl::Cleanup remove = [&] { unlink(temporary.c_str()); };
  PE_RETURN_IF_ERROR(FillTemporary(temporary, path, content, attributes));
  if (check != nullptr) PE_RETURN_IF_ERROR(check->Run(temporary));
  if (PE_MUTANT(torn_file_write)) {
    UniqueFd fd(open(real.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    return WriteAll(fd.get(), content, path);
  }
  if (rename(temporary.c_str(), real.c_str()) != 0) return ErrnoStatus(errno, path);
  std::move(remove).Cancel();
  return SyncDirectory(ParentOf(real));
}

absl::Status RealFileSystem::AppendDurable(const std::string& path, absl::string_view bytes) {
  const std::string real = Real(path);
  UniqueFd fd(open(real.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC));
  const bool created = !fd.ok() && errno == ENOENT;
  if (created) fd.Reset(open(real.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.ok()) return ErrnoStatus(errno, path);
  PE_RETURN_IF_ERROR(WriteAll(fd.get(), bytes, path));
  if (fdatasync(fd.get()) != 0) return ErrnoStatus(errno, path);
  return created ? SyncDirectory(ParentOf(real)) : absl::OkStatus();
}

absl::Status RealFileSystem::MakeDirectory(const std::string& path, const FileAttributes& attributes) {
  const std::string real = Real(path);
  if (mkdir(real.c_str(), 0700) != 0) return ErrnoStatus(errno, path);
  UniqueFd fd(open(real.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno, path);
  PE_RETURN_IF_ERROR(SetFdAttributes(fd.get(), attributes, path));
  return SyncDirectory(ParentOf(real));
}

absl::Status RealFileSystem::SetAttributes(const std::string& path, const FileAttributes& attributes) {
  // O_PATH would not allow fchown; O_NONBLOCK keeps a FIFO or device from holding the agent.
  UniqueFd fd(open(Real(path).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd.ok() && errno == ELOOP) return absl::UnknownError(absl::StrCat(path, ": is a symbolic link"));
  if (!fd.ok()) return ErrnoStatus(errno, path);
  return SetFdAttributes(fd.get(), attributes, path);
}

absl::Status RealFileSystem::Remove(const std::string& path) {
  const std::string real = Real(path);
  if (unlink(real.c_str()) == 0) return SyncDirectory(ParentOf(real));
  if (errno == ENOENT || errno == ENOTDIR) return absl::OkStatus();
  if (errno != EISDIR && errno != EPERM) return ErrnoStatus(errno, path);
  if (rmdir(real.c_str()) != 0) return ErrnoStatus(errno == ENOTDIR ? EPERM : errno, path);
  return SyncDirectory(ParentOf(real));
}

absl::Status RealFileSystem::RemoveAll(const std::string& path) { return RemoveTree(Real(path), path); }

absl::StatusOr<std::string> RealFileSystem::ReadLink(const std::string& path) {
  char buffer[PATH_MAX];
  const ssize_t n = readlink(Real(path).c_str(), buffer, sizeof buffer);
  if (n < 0) return ErrnoStatus(errno, path);
  return std::string(buffer, static_cast<size_t>(n));
}

absl::Status RealFileSystem::MakeLink(const std::string& path, const std::string& target) {
  const std::string real = Real(path);
  const std::string temporary = TemporaryBeside(real);
  if (symlink(target.c_str(), temporary.c_str()) != 0) return ErrnoStatus(errno, path);
  if (rename(temporary.c_str(), real.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    return ErrnoStatus(error, path);
  }
  return SyncDirectory(ParentOf(real));
}

absl::StatusOr<std::vector<std::string>> RealFileSystem::List(const std::string& directory) {
  DIR* stream = opendir(Real(directory).c_str());
  if (stream == nullptr) return ErrnoStatus(errno, directory);
  absl::Cleanup close = [&] { closedir(stream); };
  std::vector<std::string> names;
  while (const dirent* entry = readdir(stream)) {
    const absl::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

int RealFileSystem::LockHolder(const std::string& path) {
  UniqueFd fd(open(Real(path).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.ok()) return 0;
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(fd.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return lock.l_pid > 0 ? lock.l_pid : 0;
}

}  // namespace pe::agent
