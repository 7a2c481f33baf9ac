// Downloader: the BlobFetcher of the product. A few threads, each with one download at a time; requests of the same
// digest share one. Content is verified while it arrives, kept in a cache, and served from there without the network.
// Thread-safe.
#ifndef SERVER_DOWNLOAD_DOWNLOADER_H_
#define SERVER_DOWNLOAD_DOWNLOADER_H_

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "server/download/blob_cache.h"
#include "server/download/download_options.h"
#include "server/engine/blob_fetcher.h"

namespace pe {

class Downloader final : public BlobFetcher {
 public:
  // `clock` outlives it. Fails when the folder cannot be made.
  static absl::StatusOr<std::unique_ptr<Downloader>> Start(DownloadOptions options, const Clock& clock);
  // Ends what is under way; whoever waits is told CANCELLED before this returns.
  ~Downloader() override;

  void Fetch(const std::string& url, const std::string& sha256, Done done) override;

 private:
  using Result = absl::StatusOr<std::shared_ptr<const Blob>>;
  using Waiters = std::vector<std::pair<std::string, Done>>;  // URL, answer

  Downloader(DownloadOptions options, const Clock& clock);
  void Work();
  // Takes the next digest and one of its URLs; false: it is time to end.
  bool TakeNext(std::string* digest, std::string* url);
  Result Get(const std::string& digest, const std::string& url);
  Result Download(const std::string& digest, const std::string& url);
  // Sleeps between attempts; false when the downloader stops.
  bool Pause(int attempt);
  // Answers those who asked for `url`, or everybody when there is content; another URL of the digest is tried next.
  void Finish(const std::string& digest, const std::string& url, const Result& result);

  const DownloadOptions options_;
  const Clock& clock_;
  BlobCache cache_;
  std::atomic<bool> stop_{false};

  Mutex mu_;
  CondVar changed_;
  std::map<std::string, Waiters> waiters_ ABSL_GUARDED_BY(mu_);  // by digest: waiting or under way
  std::deque<std::string> queue_ ABSL_GUARDED_BY(mu_);           // digests that wait for a thread
  std::set<std::string> active_ ABSL_GUARDED_BY(mu_);            // digests that a thread is at
  std::vector<std::thread> threads_;
};

}  // namespace pe

#endif  // SERVER_DOWNLOAD_DOWNLOADER_H_
