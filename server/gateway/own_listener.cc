#include "server/gateway/own_listener.h"

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "absl/strings/string_view.h"
#include "server/api/loopback.h"
#include "server/gateway/http.h"

namespace pe::gateway {
namespace {

constexpr absl::string_view kRequest = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
constexpr absl::string_view kWanted = "HTTP/1.1 200 ";

}  // namespace

bool HealthzAnswers(const std::string& address, int64_t timeout_micros) {
  const auto where = ParseLoopback(address);
  if (!where.ok()) return false;
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  beast::error_code error;
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(where->v6 ? "::1" : where->host), where->port);
  socket.open(endpoint.protocol(), error);
  // On Linux the time for sending is the time for connecting as well.
  timeval time{timeout_micros / 1'000'000, timeout_micros % 1'000'000};
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  if (!error) socket.connect(endpoint, error);
  if (error) return false;
  if (send(socket.native_handle(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) return false;
  std::string got(kWanted.size(), '\0');
  const ssize_t size = recv(socket.native_handle(), got.data(), got.size(), MSG_WAITALL);
  return size == static_cast<ssize_t>(kWanted.size()) && got == kWanted;
}

}  // namespace pe::gateway
