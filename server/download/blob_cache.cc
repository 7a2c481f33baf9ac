#include "server/download/blob_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/download/file_blob.h"

namespace pe {
namespace {

struct File {
  timespec used;
  int64_t size = 0;
  std::string name;
};

std::vector<File> Files(const std::string& folder) {
  std::vector<File> out;
  DIR* const opened = opendir(folder.c_str());
  if (opened == nullptr) return out;
  while (const dirent* entry = readdir(opened)) {
    struct stat info;
    if (fstatat(dirfd(opened), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode)) continue;
    out.push_back({info.st_mtim, info.st_size, entry->d_name});
  }
  closedir(opened);
  return out;
}

}  // namespace

absl::Status BlobCache::Open() {
  if (mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST)
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot make ", folder_));
  if (chmod(folder_.c_str(), 0700) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot narrow ", folder_));
  return absl::OkStatus();
}

std::string BlobCache::Path(const std::string& digest) const { return absl::StrCat(folder_, "/", digest); }
std::string BlobCache::PartPath(const std::string& digest) const { return absl::StrCat(folder_, "/", digest, ".part"); }

absl::StatusOr<std::shared_ptr<const Blob>> BlobCache::OpenBlob(const std::string& digest) const {
  const int fd = open(Path(digest).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return absl::NotFoundError("not in the cache");
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    return absl::NotFoundError("not in the cache");
  }
  return std::make_shared<const FileBlob>(fd, info.st_size);
}

absl::StatusOr<std::shared_ptr<const Blob>> BlobCache::Find(const std::string& digest) {
  PE_ASSIGN_OR_RETURN(auto blob, OpenBlob(digest));
  bool verified = false;
  {
    MutexLock lock(&mu_);
    verified = verified_.count(digest) > 0;
  }
  if (!verified) {
    PE_ASSIGN_OR_RETURN(const auto file, PartFile::Open(Path(digest), std::numeric_limits<int64_t>::max()));
    PE_ASSIGN_OR_RETURN(const std::string hash, file->Finish());
    if (hash != digest) {
      (void)unlink(Path(digest).c_str());
      return absl::NotFoundError("what the cache had was damaged");
    }
    MutexLock lock(&mu_);
    verified_.insert(digest);
  }
  (void)utimensat(AT_FDCWD, Path(digest).c_str(), nullptr, AT_SYMLINK_NOFOLLOW);  // used now
  return blob;
}

absl::StatusOr<std::shared_ptr<const Blob>> BlobCache::Keep(const std::string& digest, const PartFile& part) {
  if (rename(part.path().c_str(), Path(digest).c_str()) != 0)
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot keep ", part.path()));
  {
    MutexLock lock(&mu_);
    verified_.insert(digest);
  }
  return OpenBlob(digest);
}

void BlobCache::Shrink(const std::set<std::string>& active) {
  std::vector<File> files = Files(folder_);
  int64_t total = 0;
  for (const File& file : files) total += file.size;
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) {
    return std::pair(a.used.tv_sec, a.used.tv_nsec) < std::pair(b.used.tv_sec, b.used.tv_nsec);
  });
  for (const File& file : files) {
    if (total <= max_bytes_) return;
    const std::string digest(absl::StripSuffix(file.name, ".part"));
    if (active.count(digest) > 0) continue;
    if (unlink(absl::StrCat(folder_, "/", file.name).c_str()) != 0) continue;
    total -= file.size;
    MutexLock lock(&mu_);
    verified_.erase(digest);
  }
}

}  // namespace pe
