#include "server/download/file_blob.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace pe {

FileBlob::~FileBlob() { close(fd_); }

absl::StatusOr<std::string> FileBlob::Read(int64_t offset, size_t most) const {
  if (offset < 0 || offset > size_) return absl::OutOfRangeError("beyond the end of the content");
  std::string out(static_cast<size_t>(std::min<int64_t>(size_ - offset, static_cast<int64_t>(most))), '\0');
  for (size_t at = 0; at < out.size();) {
    const ssize_t got = pread(fd_, out.data() + at, out.size() - at, offset + static_cast<int64_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, "cannot read fetched content");
    if (got == 0) return absl::DataLossError("fetched content became shorter while it was read");
    at += static_cast<size_t>(got);
  }
  return out;
}

}  // namespace pe
