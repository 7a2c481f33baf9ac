#include "tests/conformance/steps/local_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace pe::agent {
namespace {

constexpr char kUp[] =
    R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"instance":"web-1:9100"},"value":[1700000000.1,"1"]}]}})";

std::string AnswerTo(const std::string& request) {
  if (request.find("GET /api/v1/query?query=up%7binstance%3d%22web-1%3a9100%22%7d ") == 0) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(sizeof kUp - 1) + "\r\n\r\n" + kUp;
  }
  return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n";
}

}  // namespace

LocalServer& LocalServer::Instance() {
  static LocalServer server;
  return server;
}

LocalServer::LocalServer() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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
    const std::string answer = AnswerTo(request);
    if (send(fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL) < 0) continue;
  }
}

}  // namespace pe::agent
