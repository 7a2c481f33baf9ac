// A web server on a free port of the loopback, for probes: "/" says hello, Prometheus' query answers that web-1:9100 is
// up.
#ifndef TESTS_CONFORMANCE_STEPS_LOCAL_SERVER_H_
#define TESTS_CONFORMANCE_STEPS_LOCAL_SERVER_H_

#include <thread>

#include "server/agent/system/unique_fd.h"

namespace pe::agent {

class LocalServer {
 public:
  static LocalServer& Instance();  // started by the first use, ends with the process
  int port() const { return port_; }
  ~LocalServer();

 private:
  LocalServer();
  void Serve();

  UniqueFd listener_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace pe::agent

#endif  // TESTS_CONFORMANCE_STEPS_LOCAL_SERVER_H_
