// The host's own files. Thread-safe. No call follows a symbolic link in the last part of a path, except Read.
#ifndef SERVER_AGENT_SYSTEM_REAL_FILE_SYSTEM_H_
#define SERVER_AGENT_SYSTEM_REAL_FILE_SYSTEM_H_

#include <string>
#include <vector>

#include "server/agent/system/file_system.h"

namespace pe::agent {

class RealFileSystem final : public FileSystem {
 public:
  // `root` is put before every path; for tests ("" in the product). It is no jail: links inside lead where they lead.
  explicit RealFileSystem(std::string root = "") : root_(std::move(root)) {}

  absl::StatusOr<std::optional<FileInfo>> Stat(const std::string& path) override;
  absl::StatusOr<std::string> Read(const std::string& path, int64_t max_bytes) override;
  absl::Status WriteAtomic(const std::string& path, absl::string_view content, const FileAttributes& attributes,
                           Check* check) override;
  absl::Status AppendDurable(const std::string& path, absl::string_view bytes) override;
  absl::Status MakeDirectory(const std::string& path, const FileAttributes& attributes) override;
  absl::Status SetAttributes(const std::string& path, const FileAttributes& attributes) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status RemoveAll(const std::string& path) override;
  absl::StatusOr<std::string> ReadLink(const std::string& path) override;
  absl::Status MakeLink(const std::string& path, const std::string& target) override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override;
  int LockHolder(const std::string& path) override;

 private:
  std::string Real(const std::string& path) const { return root_ + path; }

  const std::string root_;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_REAL_FILE_SYSTEM_H_
