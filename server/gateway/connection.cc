#include "server/gateway/connection.h"

#include "absl/strings/match.h"
#include "google/rpc/code.pb.h"
#include "server/gateway/health_handler.h"
#include "server/gateway/limits.h"
#include "server/gateway/metrics.h"
#include "server/gateway/page_handler.h"
#include "server/gateway/rest_handler.h"
#include "server/gateway/rpc_handler.h"
#include "server/gateway/socket_handler.h"
#include "server/gateway/url.h"

namespace pe::gateway {
namespace {

constexpr size_t kReadBytes = 4096;

int StatusOfReadError(const beast::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::body_limit) return 413;
  if (error == beast::error::timeout) return 408;
  return 400;
}

asio::awaitable<void> ServeText(Exchange& exchange, const char* what, const char* content_type,
                                const std::string& text) {
  exchange.what = what;
  Reply reply;
  reply.content_type = content_type;
  reply.body = text;
  co_await exchange.Send(reply);
}

}  // namespace

Connection::Connection(const Services* services, asio::ip::tcp::socket socket)
    : services_(services), stream_(std::move(socket)) {}

asio::awaitable<void> Connection::Run() {
  services_->metrics->ConnectionOpened();
  for (;;) {
    const bool more = co_await AwaitRequest();
    if (!more || draining_) break;
    Request request;
    const bool read = co_await ReadRequest(&request);
    if (!read) break;
    if (buffer_.size() == 0) buffer_.shrink_to_fit();  // a stream that follows may last for days
    exchange_ = std::make_unique<Exchange>(&stream_, std::move(request));
    const auto begun = std::chrono::steady_clock::now();
    co_await Handle();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    services_->metrics->Count(exchange_->what, exchange_->status(), took.count());
    const bool keep = exchange_->keep();
    exchange_ = nullptr;
    if (!keep || draining_) break;
  }
  services_->metrics->ConnectionClosed();
  beast::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

asio::awaitable<bool> Connection::AwaitRequest() {
  if (buffer_.size() > 0) co_return true;  // it was sent early
  stream_.expires_after(kIdleTime);
  const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(kReadBytes), kAsTuple);
  buffer_.commit(error ? 0 : size);
  co_return !error;
}

asio::awaitable<bool> Connection::ReadRequest(Request* request) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(kMaxHeaderBytes);
  parser.body_limit(kMaxBodyBytes);
  stream_.expires_after(kHeaderTime);
  auto [error, size] = co_await http::async_read_header(stream_, buffer_, parser, kAsTuple);
  if (!error && absl::EqualsIgnoreCase(Header(parser.get(), "Expect"), "100-continue")) {
    http::response<http::empty_body> go_on(http::status::continue_, 11);
    http::response_serializer<http::empty_body> serializer(go_on);
    const auto [write_error, written] = co_await http::async_write(stream_, serializer, kAsTuple);
    error = write_error;
  }
  if (!error && !parser.is_done()) {
    stream_.expires_after(kBodyTime);
    const auto [body_error, body_size] = co_await http::async_read(stream_, buffer_, parser, kAsTuple);
    error = body_error;
  }
  stream_.expires_never();
  if (!error) {
    *request = parser.release();
    co_return true;
  }
  const bool gone = error == http::error::end_of_stream || error == http::error::partial_message ||
                    error == asio::error::connection_reset || error == asio::error::operation_aborted ||
                    error == beast::error::timeout;
  if (!gone) co_await Complain(StatusOfReadError(error), error.message());
  co_return false;
}

asio::awaitable<void> Connection::Complain(int status, std::string message) {
  Request none;
  none.version(11);
  none.keep_alive(false);
  Exchange exchange(&stream_, std::move(none));
  Reply reply;
  reply.status = status;
  reply.content_type = "application/json";
  const RpcStatus wrong = MakeStatus(google::rpc::INVALID_ARGUMENT, message);
  reply.body = StatusJson(*services_->schema, wrong);
  co_await exchange.Send(reply);
}

asio::awaitable<void> Connection::Handle() {
  Exchange& exchange = *exchange_;
  const absl::string_view host = Header(exchange.request(), "Host");
  absl::string_view refused;
  if (!services_->hosts->Serves(host)) {
    refused = "this server does not answer to that Host; name it with --http-hosts";
  } else if (!services_->hosts->SameOrigin(Header(exchange.request(), "Origin"), host)) {
    refused = "pages of other origins may not call";
  }
  if (!refused.empty()) {
    const RpcStatus status = MakeStatus(google::rpc::PERMISSION_DENIED, refused);
    co_await exchange.SendError(*services_->schema, status);
    co_return;
  }
  co_await Route(exchange);
}

asio::awaitable<void> Connection::Route(Exchange& exchange) {
  const Request& request = exchange.request();
  const absl::string_view path = SplitTarget(View(request.target())).path;
  const bool get = request.method() == http::verb::get || request.method() == http::verb::head;
  if (path == "/v1/stream" && IsSocketUpgrade(request)) {
    co_await ServeSocket(*services_, exchange);
  } else if (get && path == "/healthz") {
    co_await ServeHealthz(exchange);
  } else if (get && path == "/openapi.json") {
    co_await ServeText(exchange, "openapi", "application/json", *services_->openapi);
  } else if (get && path == "/metrics") {
    co_await ServeMetrics(*services_, exchange);
  } else if (IsRpc(*services_, request)) {
    co_await ServeRpc(*services_, exchange);
  } else if (get && path == "/readyz") {
    co_await ServeReadyz(*services_, exchange);
  } else if (get && !absl::StartsWith(path, "/v1/") && !services_->transcoder->Knows(path)) {
    co_await ServePage(*services_, exchange);
  } else {
    co_await ServeRest(*services_, exchange);
  }
}

void Connection::Drain() {
  draining_ = true;
  if (exchange_ != nullptr) exchange_->Drain();
  else stream_.cancel();
}

void Connection::Close() {
  Drain();
  stream_.close();
}

}  // namespace pe::gateway
