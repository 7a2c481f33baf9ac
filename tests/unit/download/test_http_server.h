// TestHttpServer: HTTP/1.1 on a loopback port, one answer a connection, as the test wants it. Each connection has a
// thread.
#ifndef TESTS_UNIT_DOWNLOAD_TEST_HTTP_SERVER_H_
#define TESTS_UNIT_DOWNLOAD_TEST_HTTP_SERVER_H_

#include <functional>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace pe {

struct HttpRequest {
  std::string path;
  int64_t range_begin = -1;  // of "Range: bytes=N-"; -1: there is none
};

struct HttpResponse {
  int code = 200;
  std::string headers;  // "Name: value\r\n" each
  std::string body;
  size_t cut_after = std::numeric_limits<size_t>::max();  // the connection ends after so many bytes of the body
  bool say_length = true;
};

class TestHttpServer {
 public:
  // `handler` is called on a connection's thread, and may block.
  explicit TestHttpServer(std::function<HttpResponse(const HttpRequest&)> handler);
  ~TestHttpServer();

  int port() const { return port_; }
  std::string Url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  std::vector<HttpRequest> requests() const;

  // 200 with all of it, or 206 with the rest that was asked for.
  static HttpResponse Content(const HttpRequest& request, const std::string& content);
  static HttpResponse Redirect(const std::string& url) { return {.code = 302, .headers = "Location: " + url + "\r\n"}; }

 private:
  void Accept();
  void Serve(int fd);

  const std::function<HttpResponse(const HttpRequest&)> handler_;
  int listener_ = -1;
  int port_ = 0;
  mutable Mutex mu_;
  std::vector<HttpRequest> requests_ ABSL_GUARDED_BY(mu_);
  std::vector<std::thread> connections_ ABSL_GUARDED_BY(mu_);
  std::thread accepting_;
};

}  // namespace pe

#endif  // TESTS_UNIT_DOWNLOAD_TEST_HTTP_SERVER_H_
