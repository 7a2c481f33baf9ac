// A web server on a free port of the loopback, for probes.
#ifndef TESTS_CONFORMANCE_STEPS_LOCAL_SERVER_H_
#define TESTS_CONFORMANCE_STEPS_LOCAL_SERVER_H_

#include <functional>
#include <string>
#include <thread>

#include "server/agent/system/unique_fd.h"

namespace pe::agent {

class LocalServer {
 public:
  // Gives the body of the answer to a request, whose first line is "GET /... HTTP/1.1". Called by the server's thread.
  using Answer = std::function<std::string(const std::string& request)>;
  explicit LocalServer(Answer answer);
  ~LocalServer();
  int port() const { return port_; }

  // Started by the first use, ends with the process: "/" says hello; to Prometheus' query it answers that every
  // instance is up, each time by a scrape of just now.
  static LocalServer& Instance();

 private:
  void Serve();

  const Answer answer_;
  UniqueFd listener_;
  int port_ = 0;
  std::thread thread_;
};

// What Prometheus answers at `now_s` about one target that is up by its scrape at `scraped_s`, or not there when that
// is 0.
std::string PrometheusAnswer(int64_t now_s, int64_t scraped_s, const std::string& up = "1");

}  // namespace pe::agent

#endif  // TESTS_CONFORMANCE_STEPS_LOCAL_SERVER_H_
