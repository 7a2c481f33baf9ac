// SseReaders: many clients of one job's server-sent events, on one thread of the caller's.
// Thread-compatible.
#ifndef TESTS_BENCH_API_SSE_READERS_H_
#define TESTS_BENCH_API_SSE_READERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/api/latencies.h"

namespace pe::bench {

// A connection to 127.0.0.1:PORT; aborts when there is none.
int ConnectTo(const std::string& address);
// "GET PATH" with a token; `more` are further header lines, each ended by CRLF.
std::string GetRequest(const std::string& path, const std::string& token, const std::string& more = "");

class SseReaders {
 public:
  // Opens `count` connections to the gateway, each of which watches `job` from its first event on.
  SseReaders(const std::string& gateway, const std::string& token, const std::string& job, int count);
  ~SseReaders();

  // Reads until every reader has seen sequence `seq`; times from commit to reader go into `latencies` (may be null).
  void ReadUntil(int64_t seq, Latencies* latencies);

  int64_t messages() const { return messages_; }
  // Readers to which an event came twice, or not, or out of turn, or whose connection ended.
  int64_t bad() const;

 private:
  struct Reader {
    int fd = -1;
    int64_t seq = 0;
    bool bad = false;
    std::string buffer;
  };
  void Read(Reader* reader, Latencies* latencies);
  void OnMessage(Reader* reader, const std::string& json, Latencies* latencies);

  std::vector<Reader> readers_;
  int epoll_ = -1;
  int64_t messages_ = 0;
};

}  // namespace pe::bench

#endif  // TESTS_BENCH_API_SSE_READERS_H_
