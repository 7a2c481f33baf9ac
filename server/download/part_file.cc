#include "server/download/part_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace pe {
namespace {

absl::Status Error(const std::string& path, absl::string_view what) {
  const int error = errno;
  const std::string text = absl::StrCat(what, " ", path);
  if (error == ENOSPC || error == EDQUOT)
    return absl::ResourceExhaustedError(absl::StrCat(text, ": the engine's disk is full; make room and retry"));
  return absl::ErrnoToStatus(error, text);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PartFile>> PartFile::Open(const std::string& path, int64_t max_bytes) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return Error(path, "cannot write");
  std::unique_ptr<PartFile> part(new PartFile(path, fd));
  struct stat info;
  if (fstat(fd, &info) != 0) return Error(path, "cannot look at");
  if (info.st_size > max_bytes) {
    PE_RETURN_IF_ERROR(part->Restart());
  } else {
    PE_RETURN_IF_ERROR(part->HashWhatIsThere());
  }
  return part;
}

PartFile::~PartFile() { close(fd_); }

absl::Status PartFile::HashWhatIsThere() {
  std::vector<char> buffer(256 * 1024);
  while (true) {
    const ssize_t got = pread(fd_, buffer.data(), buffer.size(), size_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error(path_, "cannot read");
    if (got == 0) return absl::OkStatus();
    digest_.Update({buffer.data(), static_cast<size_t>(got)});
    size_ += got;
  }
}

absl::Status PartFile::Append(absl::string_view bytes) {
  digest_.Update(bytes);
  while (!bytes.empty()) {
    const ssize_t written = pwrite(fd_, bytes.data(), bytes.size(), size_);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error(path_, "cannot write");
    size_ += written;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status PartFile::Restart() {
  if (ftruncate(fd_, 0) != 0) return Error(path_, "cannot empty");
  size_ = 0;
  digest_ = Sha256();
  return absl::OkStatus();
}

absl::StatusOr<std::string> PartFile::Finish() {
  if (fsync(fd_) != 0) return Error(path_, "cannot write");
  return digest_.Hex();
}

}  // namespace pe
