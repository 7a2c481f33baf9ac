// Bounds and permissions of downloads, each with its reason.
#ifndef SERVER_DOWNLOAD_DOWNLOAD_OPTIONS_H_
#define SERVER_DOWNLOAD_DOWNLOAD_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"

struct sockaddr;

namespace pe {

struct DownloadOptions {
  std::string folder;  // of the cache, made with mode 0700: "DATA/blobs"

  // Where to. A spec's author chooses URLs, and the engine stands where its author may not: so by default nothing that
  // is not on the public internet.
  std::vector<std::string> allow_hosts;  // "files.example.com", "*.example.com"; empty: every host
  bool allow_private = false;            // also loopback, private and link-local addresses
  int max_redirects = 5;                 // each is checked as the first URL was

  int64_t max_blob_bytes = int64_t{1} << 30;
  int64_t max_cache_bytes = int64_t{8} << 30;  // what was used longest ago goes first
  int threads = 4;                             // downloads at once
  size_t max_waiting = 1000;                   // digests that wait for a thread; more are refused

  int64_t connect_timeout_us = 15 * kMicrosPerSecond;
  int64_t stall_timeout_us = 60 * kMicrosPerSecond;    // less than 1 KiB a second for so long
  int64_t total_timeout_us = 1800 * kMicrosPerSecond;  // over all attempts
  int attempts = 3;                                    // later ones go on where the one before was cut
  int64_t pause_us = 500 * kMicrosPerMilli;            // before the second, then longer

  // Instead of the rule about private addresses; for tests.
  std::function<bool(const sockaddr& address)> may_connect;
};

}  // namespace pe

#endif  // SERVER_DOWNLOAD_DOWNLOAD_OPTIONS_H_
