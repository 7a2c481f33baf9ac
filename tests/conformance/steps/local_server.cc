#include "tests/conformance/steps/local_server.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace pe::agent {
namespace {

std::string Series(const std::string& labels, const std::string& value) {
  return R"({"metric":{)" + labels + R"(},"value":[1,")" + value + R"("]})";
}

std::string AnswerTo(const std::string& request) {
  static int64_t now_s = 1'700'000'000;
  if (request.find("GET /api/v1/query?query=") != 0) return "hello world";
  now_s += 10;
  return PrometheusAnswer(now_s, now_s - 1);
}

// In chunks, as Prometheus itself sends longer answers.
std::string Chunked(const std::string& body) {
  const auto chunk = [](const std::string& text) {
    char size[20];
    snprintf(size, sizeof size, "%zx\r\n", text.size());
    return size + text + "\r\n";
  };
  const size_t half = body.size() / 2;
  return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(body.substr(0, half)) +
         chunk(body.substr(half)) + "0\r\n\r\n";
}

}  // namespace

std::string PrometheusAnswer(int64_t now_s, int64_t scraped_s, const std::string& up) {
  std::string series = Series(R"("provision_part":"now")", std::to_string(now_s));
  const std::string labels = R"("instance":"web-1:9100","job":"provision","provision_part":)";
  if (scraped_s != 0) {
    series += "," + Series(R"("__name__":"up",)" + labels + R"("up")", up) + "," +
              Series(labels + R"("at")", std::to_string(scraped_s));
  }
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + series + "]}}";
}

LocalServer& LocalServer::Instance() {
  static LocalServer server(AnswerTo);
  return server;
}

LocalServer::LocalServer(Answer answer)
    : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_.get(), 16) != 0)
    return;
  getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

LocalServer::~LocalServer() {
  shutdown(listener_.get(), SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
}

void LocalServer::Serve() {
  while (true) {
    UniqueFd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd.ok()) return;
    std::string request;
    char buffer[4096];
    ssize_t n = 0;
    while (request.find("\r\n\r\n") == std::string::npos && (n = read(fd.get(), buffer, sizeof buffer)) > 0)
      request.append(buffer, n);
    const std::string answer = Chunked(answer_(request));
    if (send(fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL) < 0) continue;
  }
}

}  // namespace pe::agent
