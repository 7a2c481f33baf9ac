// HttpGet: one attempt to get a URL into a PartFile, by libcurl. Blocks. Not thread-safe; cheap to make.
#ifndef SERVER_DOWNLOAD_HTTP_GET_H_
#define SERVER_DOWNLOAD_HTTP_GET_H_

#include <sys/socket.h>

#include <atomic>
#include <string>

#include "absl/status/status.h"
#include "server/download/download_options.h"
#include "server/download/part_file.h"

namespace pe {

class HttpGet {
 public:
  // Both outlive it. When `stop` becomes true the attempt ends with CANCELLED.
  HttpGet(const DownloadOptions& options, const std::atomic<bool>* stop) : options_(options), stop_(stop) {}

  // Follows redirects, each checked. Asks for what is missing in `part`; a server that sends all of it again is taken
  // at its word. UNAVAILABLE: another attempt may help, and begins where this one ended. Everything else is final.
  // `time_left_us` bounds the attempt.
  absl::Status Run(std::string url, int64_t time_left_us, PartFile* part);

 private:
  struct Callbacks;

  // One request. OK with `*next` set: a redirect; with it empty: all is there.
  absl::Status Request(const std::string& url, int64_t time_left_us, std::string* next);
  absl::Status Explain(int code, const std::string& url, const char* detail, bool resumed);
  absl::Status Answered(long code, const std::string& url) const;
  // What comes with the answer. False ends the transfer; `failure_` says why.
  bool OnBody(absl::string_view bytes);
  bool BeginBody();
  bool MayConnect(const sockaddr& address);

  const DownloadOptions& options_;
  const std::atomic<bool>* const stop_;
  PartFile* part_ = nullptr;
  void* handle_ = nullptr;    // CURL, within Request
  int64_t range_begin_ = -1;  // of Content-Range; -1: there was none
  bool body_began_ = false;
  size_t ignored_ = 0;    // bytes of a body that is not the content
  absl::Status failure_;  // our own reason to end a transfer
  std::string refused_;   // an address that may not be connected to
};

}  // namespace pe

#endif  // SERVER_DOWNLOAD_HTTP_GET_H_
