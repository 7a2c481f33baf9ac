#include "server/download/downloader.h"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/download/http_get.h"
#include "server/download/part_file.h"
#include "server/download/url_policy.h"

namespace pe {
namespace {

bool IsDigest(const std::string& text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Downloader>> Downloader::Start(DownloadOptions options, const Clock& clock) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) return absl::InternalError("libcurl does not start");
  std::unique_ptr<Downloader> out(new Downloader(std::move(options), clock));
  PE_RETURN_IF_ERROR(out->cache_.Open());
  out->cache_.Shrink({});
  for (int i = 0; i < out->options_.threads; ++i) out->threads_.emplace_back([d = out.get()] { d->Work(); });
  return out;
}

Downloader::Downloader(DownloadOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), cache_(options_.folder, options_.max_cache_bytes) {}

Downloader::~Downloader() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
    changed_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
  std::map<std::string, Waiters> left;
  {
    MutexLock lock(&mu_);
    left.swap(waiters_);
  }
  for (auto& [digest, waiters] : left) {
    for (auto& [url, done] : waiters) done(absl::CancelledError("the engine is stopping"));
  }
}

void Downloader::Fetch(const std::string& url, const std::string& sha256, Done done) {
  if (!IsDigest(sha256)) return done(absl::InvalidArgumentError("the digest is not 64 lower-case hex digits"));
  if (absl::Status allowed = CheckUrl(url, options_.allow_hosts); !allowed.ok()) return done(std::move(allowed));
  {
    MutexLock lock(&mu_);
    const auto under_way = waiters_.find(sha256);
    if (under_way != waiters_.end()) return under_way->second.emplace_back(url, std::move(done)), void();
    if (queue_.size() < options_.max_waiting && !stop_) {
      waiters_[sha256].emplace_back(url, std::move(done));
      queue_.push_back(sha256);
      return changed_.Signal();
    }
  }
  done(absl::ResourceExhaustedError("too many downloads wait already; retry the job later"));
}

void Downloader::Work() {
  std::string digest, url;
  while (TakeNext(&digest, &url)) Finish(digest, url, Get(digest, url));
}

bool Downloader::TakeNext(std::string* digest, std::string* url) {
  MutexLock lock(&mu_);
  while (queue_.empty() && !stop_) changed_.Wait(&mu_);
  if (stop_) return false;
  *digest = std::move(queue_.front());
  queue_.pop_front();
  *url = waiters_[*digest].front().first;
  active_.insert(*digest);
  return true;
}

void Downloader::Finish(const std::string& digest, const std::string& url, const Result& result) {
  Waiters answered;
  std::set<std::string> active;
  {
    MutexLock lock(&mu_);
    active_.erase(digest);
    active = active_;
    const auto found = waiters_.find(digest);
    auto& waiters = found->second;
    const auto others = result.ok() ? waiters.end()
                                    : std::stable_partition(waiters.begin(), waiters.end(),
                                                            [&](const auto& w) { return w.first == url; });
    answered.assign(std::make_move_iterator(waiters.begin()), std::make_move_iterator(others));
    waiters.erase(waiters.begin(), others);
    if (waiters.empty()) {
      waiters_.erase(found);
    } else {
      queue_.push_back(digest);
      changed_.Signal();
    }
  }
  cache_.Shrink(active);
  for (auto& [unused, done] : answered) done(result);
}

Downloader::Result Downloader::Get(const std::string& digest, const std::string& url) {
  Result cached = cache_.Find(digest);
  if (cached.ok() || !absl::IsNotFound(cached.status())) return cached;
  return Download(digest, url);
}

Downloader::Result Downloader::Download(const std::string& digest, const std::string& url) {
  PE_ASSIGN_OR_RETURN(const std::unique_ptr<PartFile> part,
                      PartFile::Open(cache_.PartPath(digest), options_.max_blob_bytes));
  const MonoMicros deadline = clock_.Mono() + options_.total_timeout_us;
  for (int attempt = 1;; ++attempt) {
    const bool went_on = part->size() > 0;
    const int64_t time_left = deadline - clock_.Mono();
    absl::Status status = HttpGet(options_, &stop_).Run(url, time_left, part.get());
    if (status.ok()) {
      PE_ASSIGN_OR_RETURN(const std::string hash, part->Finish());
      if (hash == digest) return cache_.Keep(digest, *part);
      status =
          absl::DataLossError(absl::StrCat("what ", ShownUrl(url), " has is not what the spec names: its SHA-256 is ",
                                           hash, "; if the new content is right, put this into the spec"));
      PE_RETURN_IF_ERROR(part->Restart());
      // Two halves of different content: the whole of it deserves a look.
      if (!went_on || attempt >= options_.attempts) return (void)unlink(part->path().c_str()), status;
    } else if (!absl::IsUnavailable(status) || attempt >= options_.attempts || clock_.Mono() >= deadline) {
      if (!absl::IsUnavailable(status) && !absl::IsCancelled(status)) (void)unlink(part->path().c_str());
      return status;
    }
    if (!Pause(attempt)) return absl::CancelledError("the engine is stopping");
  }
}

bool Downloader::Pause(int attempt) {
  const MonoMicros until = clock_.Mono() + (options_.pause_us << std::min(attempt - 1, 5));
  MutexLock lock(&mu_);
  while (!stop_) {
    const int64_t left = until - clock_.Mono();
    if (left <= 0) return true;
    (void)changed_.WaitFor(&mu_, left);
  }
  return false;
}

}  // namespace pe
