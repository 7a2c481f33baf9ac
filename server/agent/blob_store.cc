#include "server/agent/blob_store.h"

#include "absl/strings/str_cat.h"
#include "base/digest.h"

namespace pe::agent {

std::string BlobStore::Refuse(const std::string& digest, std::string why) {
  if (const auto found = blobs_.find(digest); found != blobs_.end()) {
    announced_ -= found->second.size;
    blobs_.erase(found);
  }
  return why;
}

std::optional<std::string> BlobStore::Add(const provision::agent::v1::BlobPart& part) {
  MutexLock lock(&mu_);
  const auto found = blobs_.find(part.digest());
  const bool complete = found != blobs_.end() && found->second.complete;
  const auto length = static_cast<int64_t>(part.data().size());
  if (part.offset() < 0 || part.offset() > part.size() || length > part.size() - part.offset()) {
    return Refuse(part.digest(), "a piece lies outside its blob");
  }
  const int64_t end = part.offset() + length;
  // Sent again, after a connection was lost: it is here, and its last piece is answered as the first time.
  if (complete) return end == part.size() ? std::optional<std::string>("") : std::nullopt;
  if (part.offset() == 0) {
    Refuse(part.digest(), "");
    if (part.size() > kMostBlobBytes - announced_) {
      return absl::StrCat("the agent keeps at most ", kMostBlobBytes, " bytes of blobs; ", announced_,
                          " are in use and ", part.size(), " more were sent");
    }
    announced_ += part.size();
    blobs_[part.digest()].size = part.size();
  }
  const auto blob = blobs_.find(part.digest());
  if (blob == blobs_.end() || part.offset() != static_cast<int64_t>(blob->second.data.size()) ||
      part.size() != blob->second.size) {
    return Refuse(part.digest(), "a piece is not the next one of its blob; send it again from the start");
  }
  blob->second.data += part.data();
  if (end < part.size()) return std::nullopt;
  if (Sha256Hex(blob->second.data) != part.digest())
    return Refuse(part.digest(), "the blob's content does not have its digest; send it again");
  blob->second.complete = true;
  return "";
}

bool BlobStore::Has(const std::string& digest) const {
  MutexLock lock(&mu_);
  const auto found = blobs_.find(digest);
  return found != blobs_.end() && found->second.complete;
}

absl::StatusOr<std::string> BlobStore::Read(const std::string& digest) {
  MutexLock lock(&mu_);
  const auto found = blobs_.find(digest);
  if (found == blobs_.end() || !found->second.complete) {
    return absl::NotFoundError(absl::StrCat("content ", digest, " was not sent to the host; retry the job"));
  }
  return found->second.data;
}

void BlobStore::Drop(const std::string& digest) {
  MutexLock lock(&mu_);
  Refuse(digest, "");
}

}  // namespace pe::agent
