// FileBlob: a Blob that is an open file; it stays readable when its name is taken away. Thread-safe.
#ifndef SERVER_DOWNLOAD_FILE_BLOB_H_
#define SERVER_DOWNLOAD_FILE_BLOB_H_

#include "server/engine/blob_fetcher.h"

namespace pe {

class FileBlob final : public Blob {
 public:
  // Takes `fd` over.
  FileBlob(int fd, int64_t size) : fd_(fd), size_(size) {}
  ~FileBlob() override;
  FileBlob(const FileBlob&) = delete;
  FileBlob& operator=(const FileBlob&) = delete;

  int64_t size() const override { return size_; }
  absl::StatusOr<std::string> Read(int64_t offset, size_t most) const override;

 private:
  const int fd_;
  const int64_t size_;
};

}  // namespace pe

#endif  // SERVER_DOWNLOAD_FILE_BLOB_H_
