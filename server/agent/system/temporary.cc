#include "server/agent/system/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_format.h"
#include "server/agent/system/errno_status.h"
#include "server/agent/system/unique_fd.h"

namespace pe::agent {

std::string ParentOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string TemporaryBeside(absl::string_view path) {
  uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) std::abort();  // cannot fail for so few bytes
  const std::string parent = ParentOf(path);
  return absl::StrFormat("%s/.pe-%016x", parent == "/" ? "" : parent, number);
}

absl::Status SyncDirectory(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno, path);
  // Some file systems (FUSE, 9p) have no fsync of directories and say EINVAL: there is nothing more to do there.
  if (fsync(fd.get()) != 0 && errno != EINVAL) return ErrnoStatus(errno, path);
  return absl::OkStatus();
}

absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, path);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

}  // namespace pe::agent
