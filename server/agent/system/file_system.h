// FileSystem: the seam between the agent and the host's files. Paths are absolute, as on the host.
// Errors are absl statuses with path and errno text ("/etc/x: Permission denied (EACCES)"): NOT_FOUND for ENOENT and
// ENOTDIR, PERMISSION_DENIED, RESOURCE_EXHAUSTED for ENOSPC and EDQUOT, FAILED_PRECONDITION for EROFS, else UNKNOWN.
// Thread rule: thread-safe.
#ifndef SERVER_AGENT_SYSTEM_FILE_SYSTEM_H_
#define SERVER_AGENT_SYSTEM_FILE_SYSTEM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe::agent {

struct FileInfo {
  enum class Type { kRegular, kDirectory, kSymlink, kOther };
  Type type = Type::kOther;
  uint32_t mode = 0;  // permission bits, 07777
  uint32_t uid = 0;
  uint32_t gid = 0;
  int64_t size = 0;
};

struct FileAttributes {
  uint32_t mode = 0644;
  uint32_t uid = 0;
  uint32_t gid = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // Of the path itself; a symbolic link is not followed. nullopt when nothing is there.
  virtual absl::StatusOr<std::optional<FileInfo>> Stat(const std::string& path) = 0;
  // Whole content, at most `max_bytes` (OUT_OF_RANGE above). Follows links.
  virtual absl::StatusOr<std::string> Read(const std::string& path, int64_t max_bytes) = 0;
  // Makes `path` hold `content`: temporary in the same directory (0600, O_EXCL), fsync, attributes, rename, fsync of
  // the directory. A reader sees the old or the new file, never a part. `check` (may be null) gets the temporary's path
  // before the rename and may refuse.
  struct Check {
    virtual ~Check() = default;
    virtual absl::Status Run(const std::string& temporary) = 0;
  };
  virtual absl::Status WriteAtomic(const std::string& path, absl::string_view content, const FileAttributes& attributes,
                                   Check* check) = 0;
  // Appends and fsyncs; creates with 0600. For journals.
  virtual absl::Status AppendDurable(const std::string& path, absl::string_view bytes) = 0;
  virtual absl::Status MakeDirectory(const std::string& path, const FileAttributes& attributes) = 0;  // one level
  virtual absl::Status SetAttributes(const std::string& path, const FileAttributes& attributes) = 0;  // not of links
  virtual absl::Status Remove(const std::string& path) = 0;     // file, link or empty directory; NOT_FOUND is OK
  virtual absl::Status RemoveAll(const std::string& path) = 0;  // a tree, never across mounts or through links
  virtual absl::StatusOr<std::string> ReadLink(const std::string& path) = 0;
  virtual absl::Status MakeLink(const std::string& path,
                                const std::string& target) = 0;  // atomic replace of a link or file
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& directory) = 0;  // names, sorted
  // Pid of a process that holds a POSIX lock on the file (as dpkg and apt do); 0 when none does or it cannot be told.
  virtual int LockHolder(const std::string& path) {
    (void)path;
    return 0;
  }
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_FILE_SYSTEM_H_
