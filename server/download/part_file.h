// PartFile: content while it arrives, written to a file and hashed at the same time. What an earlier attempt, also one
// of an earlier process, left there is kept and gone on from. Not thread-safe; one PartFile a path at a time.
#ifndef SERVER_DOWNLOAD_PART_FILE_H_
#define SERVER_DOWNLOAD_PART_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"

namespace pe {

class PartFile {
 public:
  // Opens `path`, or makes it with mode 0600, and hashes what is there; more than `max_bytes` is thrown away.
  static absl::StatusOr<std::unique_ptr<PartFile>> Open(const std::string& path, int64_t max_bytes);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::string& path() const { return path_; }
  int64_t size() const { return size_; }
  // RESOURCE_EXHAUSTED when the disk is full.
  absl::Status Append(absl::string_view bytes);
  // Begins anew.
  absl::Status Restart();
  // The SHA-256 of all, once it is on disk. Ends the writing, unless Restart follows.
  absl::StatusOr<std::string> Finish();

 private:
  PartFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  absl::Status HashWhatIsThere();

  const std::string path_;
  const int fd_;
  int64_t size_ = 0;
  Sha256 digest_;
};

}  // namespace pe

#endif  // SERVER_DOWNLOAD_PART_FILE_H_
