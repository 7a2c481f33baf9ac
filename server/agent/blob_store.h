// Blobs that the engine has sent: gathered from pieces, checked by digest, kept in memory while a run may want them.
// Thread-safe.
#ifndef SERVER_AGENT_BLOB_STORE_H_
#define SERVER_AGENT_BLOB_STORE_H_

#include <map>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "provision/agent/v1/agent.pb.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

inline constexpr int64_t kMostBlobBytes = 512LL * 1024 * 1024;  // of all blobs together

class BlobStore final : public BlobSource {
 public:
  // Takes a piece. A value when the blob is complete ("") or refused (why, and what to do); nullopt while pieces are
  // missing. A piece at offset 0 begins the blob anew.
  std::optional<std::string> Add(const provision::agent::v1::BlobPart& part);
  bool Has(const std::string& digest) const;
  // NOT_FOUND when it was not sent.
  absl::StatusOr<std::string> Read(const std::string& digest) override;
  // Lets go of a blob that nobody wants any more.
  void Drop(const std::string& digest);

 private:
  struct Blob {
    std::string data;
    int64_t size = 0;
    bool complete = false;
  };
  std::string Refuse(const std::string& digest, std::string why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable Mutex mu_;
  std::map<std::string, Blob> blobs_ ABSL_GUARDED_BY(mu_);
  int64_t announced_ ABSL_GUARDED_BY(mu_) = 0;  // sum of the sizes
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_BLOB_STORE_H_
