#include "server/agent/system/remove_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/agent/system/errno_status.h"
#include "server/agent/system/temporary.h"
#include "server/agent/system/unique_fd.h"

namespace pe::agent {
namespace {

constexpr int kDeepest = 512;  // directories within directories; each holds a descriptor while it is emptied

absl::StatusOr<std::vector<std::string>> NamesIn(int directory, const std::string& shown) {
  const int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return ErrnoStatus(errno, shown);
  DIR* stream = fdopendir(copy);
  if (stream == nullptr) {
    const int error = errno;
    close(copy);
    return ErrnoStatus(error, shown);
  }
  absl::Cleanup closer = [&] { closedir(stream); };
  std::vector<std::string> names;
  while (const dirent* entry = readdir(stream)) {
    const absl::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

// The device alone does not show a bind mount of the same file system; kernels since 5.8 say it themselves.
absl::StatusOr<bool> IsMountPoint(int fd, dev_t parent_device, const std::string& shown) {
  struct stat st;
  if (fstat(fd, &st) != 0) return ErrnoStatus(errno, shown);
  if (st.st_dev != parent_device) return true;
  struct statx stx {};
  if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx) != 0) return false;  // an old kernel
  return (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

absl::Status RemoveAt(int parent, const std::string& name, const std::string& shown, dev_t device, int depth) {
  if (unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return absl::OkStatus();
  if (errno != EISDIR && errno != EPERM) return ErrnoStatus(errno, shown);
  if (depth > kDeepest) return absl::OutOfRangeError(absl::StrCat(shown, ": is nested too deep to be removed"));
  UniqueFd fd(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno == ENOTDIR ? EPERM : errno, shown);
  PE_ASSIGN_OR_RETURN(const bool mount, IsMountPoint(fd.get(), device, shown));
  if (mount) {
    return absl::FailedPreconditionError(
        absl::StrCat(shown, ": another file system is mounted here; unmount it first"));
  }
  PE_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(fd.get(), shown));
  for (const std::string& child : names) {
    PE_RETURN_IF_ERROR(RemoveAt(fd.get(), child, absl::StrCat(shown, "/", child), device, depth + 1));
  }
  if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0) return ErrnoStatus(errno, shown);
  return absl::OkStatus();
}

}  // namespace

absl::Status RemoveTree(const std::string& real, const std::string& shown) {
  const std::string parent = ParentOf(real);
  const std::string name = real.substr(real.rfind('/') + 1);
  if (name.empty() || name == "." || name == "..") {
    return absl::InvalidArgumentError(absl::StrCat(shown, ": this directory is not removed as a whole"));
  }
  UniqueFd fd(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok() && (errno == ENOENT || errno == ENOTDIR)) return absl::OkStatus();
  if (!fd.ok()) return ErrnoStatus(errno, shown);
  struct stat st;
  if (fstat(fd.get(), &st) != 0) return ErrnoStatus(errno, shown);
  PE_RETURN_IF_ERROR(RemoveAt(fd.get(), name, shown, st.st_dev, 0));
  return SyncDirectory(parent);
}

}  // namespace pe::agent
