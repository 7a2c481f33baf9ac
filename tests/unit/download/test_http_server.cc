#include "tests/unit/download/test_http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace pe {
namespace {

HttpRequest ParseRequest(const std::string& text) {
  HttpRequest out;
  const size_t begin = text.find(' ') + 1;
  out.path = text.substr(begin, text.find(' ', begin) - begin);
  const size_t range = text.find("Range: bytes=");
  if (range != std::string::npos) out.range_begin = std::atoll(text.c_str() + range + 13);
  return out;
}

bool SendAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

}  // namespace

TestHttpServer::TestHttpServer(std::function<HttpResponse(const HttpRequest&)> handler) : handler_(std::move(handler)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

TestHttpServer::~TestHttpServer() {
  shutdown(listener_, SHUT_RDWR);  // wakes accept
  accepting_.join();
  close(listener_);
  std::vector<std::thread> connections;
  {
    MutexLock lock(&mu_);
    connections.swap(connections_);
  }
  for (std::thread& connection : connections) connection.join();
}

std::vector<HttpRequest> TestHttpServer::requests() const {
  MutexLock lock(&mu_);
  return requests_;
}

HttpResponse TestHttpServer::Content(const HttpRequest& request, const std::string& content) {
  if (request.range_begin < 0) return {.body = content};
  const auto begin = static_cast<size_t>(request.range_begin);
  if (begin >= content.size()) return {.code = 416};
  return {.code = 206,
          .headers = absl::StrCat("Content-Range: bytes ", begin, "-", content.size() - 1, "/", content.size(), "\r\n"),
          .body = content.substr(begin)};
}

void TestHttpServer::Accept() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    MutexLock lock(&mu_);
    connections_.emplace_back([this, fd] { Serve(fd); });
  }
}

void TestHttpServer::Serve(int fd) {
  std::string text;
  char buffer[4096];
  while (text.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = recv(fd, buffer, sizeof(buffer), 0);
    if (got <= 0) return (void)close(fd);
    text.append(buffer, static_cast<size_t>(got));
  }
  const HttpRequest request = ParseRequest(text);
  {
    MutexLock lock(&mu_);
    requests_.push_back(request);
  }
  const HttpResponse response = handler_(request);
  std::string head = absl::StrCat("HTTP/1.1 ", response.code, " X\r\nConnection: close\r\n", response.headers);
  if (response.say_length) absl::StrAppend(&head, "Content-Length: ", response.body.size(), "\r\n");
  if (SendAll(fd, head + "\r\n")) SendAll(fd, absl::string_view(response.body).substr(0, response.cut_after));
  close(fd);
}

}  // namespace pe
