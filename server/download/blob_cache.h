// BlobCache: content by digest in one folder: "DIGEST", and "DIGEST.part" of what has not arrived as a whole. Bounded:
// what was used longest ago goes first. Only this process writes there (the engine holds its data folder's lock).
// Thread-safe.
#ifndef SERVER_DOWNLOAD_BLOB_CACHE_H_
#define SERVER_DOWNLOAD_BLOB_CACHE_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "server/download/part_file.h"
#include "server/engine/blob_fetcher.h"

namespace pe {

class BlobCache {
 public:
  BlobCache(std::string folder, int64_t max_bytes) : folder_(std::move(folder)), max_bytes_(max_bytes) {}

  // Makes the folder (0700).
  absl::Status Open();
  // NOT_FOUND when it is not there. Content of an earlier process is hashed once before it is trusted: that may take
  // seconds.
  absl::StatusOr<std::shared_ptr<const Blob>> Find(const std::string& digest);
  std::string PartPath(const std::string& digest) const;
  // Takes a finished part over under its digest. REQUIRES: its content has that digest and is on disk.
  absl::StatusOr<std::shared_ptr<const Blob>> Keep(const std::string& digest, const PartFile& part);
  // Brings the folder below its bound. Parts of `active` digests stay.
  void Shrink(const std::set<std::string>& active);

 private:
  std::string Path(const std::string& digest) const;
  absl::StatusOr<std::shared_ptr<const Blob>> OpenBlob(const std::string& digest) const;

  const std::string folder_;
  const int64_t max_bytes_;
  Mutex mu_;
  std::set<std::string> verified_ ABSL_GUARDED_BY(mu_);  // digests that this process has seen to be right
};

}  // namespace pe

#endif  // SERVER_DOWNLOAD_BLOB_CACHE_H_
