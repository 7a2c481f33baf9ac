#include "server/agent/rootfs_mounts.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/agent/system/errno_status.h"

namespace pe::agent {
namespace {

struct Node {
  const char* name;
  unsigned major;
  unsigned minor;
};
constexpr Node kNodes[] = {{"null", 1, 3},   {"zero", 1, 5},    {"full", 1, 7},
                           {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};

struct Link {
  const char* name;
  const char* target;
};
constexpr Link kLinks[] = {{"fd", "/proc/self/fd"},
                           {"stdin", "/proc/self/fd/0"},
                           {"stdout", "/proc/self/fd/1"},
                           {"stderr", "/proc/self/fd/2"},
                           {"ptmx", "pts/ptmx"}};

// A mount point must be a directory of the root itself: a link would lead out of it.
absl::Status MakePoint(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return ErrnoStatus(errno, path);
  struct stat st;
  if (lstat(path.c_str(), &st) != 0) return ErrnoStatus(errno, path);
  if (!S_ISDIR(st.st_mode))
    return absl::FailedPreconditionError(absl::StrCat(path, ": is not a directory, so nothing can be mounted there"));
  return absl::OkStatus();
}

absl::Status Mount(const std::string& type, const std::string& path, mode_t mode, unsigned long flags,
                   const char* data) {
  PE_RETURN_IF_ERROR(MakePoint(path, mode));
  if (mount(type.c_str(), path.c_str(), type.c_str(), flags, data) != 0)
    return ErrnoStatus(errno, absl::StrCat("mounting ", type, " on ", path));
  return absl::OkStatus();
}

absl::Status FillDev(const std::string& dev) {
  const mode_t before = umask(0);
  absl::Status status;
  for (const Node& node : kNodes) {
    const std::string path = absl::StrCat(dev, "/", node.name);
    if (mknod(path.c_str(), S_IFCHR | 0666, makedev(node.major, node.minor)) != 0)
      status.Update(ErrnoStatus(errno, path));
  }
  for (const Link& link : kLinks) {
    const std::string path = absl::StrCat(dev, "/", link.name);
    if (symlink(link.target, path.c_str()) != 0) status.Update(ErrnoStatus(errno, path));
  }
  umask(before);
  return status;
}

}  // namespace

absl::Status MountRoot(const std::string& directory) {
  if (mount(nullptr, "/", nullptr, MS_PRIVATE | MS_REC, nullptr) != 0)
    return ErrnoStatus(errno, "making mounts private");
  PE_RETURN_IF_ERROR(Mount("proc", directory + "/proc", 0755, MS_NOSUID | MS_NOEXEC | MS_NODEV, nullptr));
  PE_RETURN_IF_ERROR(Mount("sysfs", directory + "/sys", 0755, MS_NOSUID | MS_NOEXEC | MS_NODEV | MS_RDONLY, nullptr));
  PE_RETURN_IF_ERROR(Mount("tmpfs", directory + "/dev", 0755, MS_NOSUID | MS_NOEXEC, "mode=0755,size=1m"));
  PE_RETURN_IF_ERROR(FillDev(directory + "/dev"));
  PE_RETURN_IF_ERROR(
      Mount("devpts", directory + "/dev/pts", 0755, MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"));
  PE_RETURN_IF_ERROR(Mount("tmpfs", directory + "/dev/shm", 01777, MS_NOSUID | MS_NODEV, "mode=1777"));
  PE_RETURN_IF_ERROR(Mount("tmpfs", directory + "/run", 0755, MS_NOSUID | MS_NODEV, "mode=0755"));
  return Mount("tmpfs", directory + "/tmp", 01777, MS_NOSUID | MS_NODEV, "mode=1777");
}

}  // namespace pe::agent
