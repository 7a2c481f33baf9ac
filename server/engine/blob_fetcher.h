// BlobFetcher: the engine's side of `download`. It brings content that a plan names by URL and SHA-256 to the engine's
// machine, from where the engine sends it to hosts: a host needs no way out.
#ifndef SERVER_ENGINE_BLOB_FETCHER_H_
#define SERVER_ENGINE_BLOB_FETCHER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace pe {

// Content that was fetched and verified; it stays readable for as long as somebody holds it. Thread-safe.
class Blob {
 public:
  virtual ~Blob() = default;
  virtual int64_t size() const = 0;
  // The bytes from `offset`, `most` of them or up to the end. Reads a local file: short enough for the engine's loop.
  virtual absl::StatusOr<std::string> Read(int64_t offset, size_t most) const = 0;
};

class BlobFetcher {
 public:
  // Errors say in their message what went wrong and what to do.
  using Done = std::function<void(absl::StatusOr<std::shared_ptr<const Blob>>)>;

  virtual ~BlobFetcher() = default;
  // Returns at once. `done` is called exactly once, on a thread of the fetcher or within this call; it must be short.
  // Thread-safe.
  virtual void Fetch(const std::string& url, const std::string& sha256, Done done) = 0;
};

}  // namespace pe

#endif  // SERVER_ENGINE_BLOB_FETCHER_H_
