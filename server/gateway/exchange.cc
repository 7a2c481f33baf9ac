#include "server/gateway/exchange.h"

#include <sys/socket.h>

#include <boost/asio/write.hpp>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "google/rpc/code.pb.h"
#include "server/gateway/limits.h"

namespace pe::gateway {
namespace {

// A page may load what this server has and talk to it; nobody may frame it.
constexpr char kContentSecurityPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "
    "'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace

Exchange::Exchange(beast::tcp_stream* stream, Request request)
    : stream_(stream), request_(std::move(request)), keep_(request_.keep_alive()) {}

template <typename Message>
void Exchange::SetHeaders(const std::string& content_type, const Headers& headers, Message* message) const {
  message->set(http::field::server, "provision-engine");
  message->set("Content-Security-Policy", kContentSecurityPolicy);
  message->set("X-Content-Type-Options", "nosniff");
  message->set("Referrer-Policy", "no-referrer");
  message->set("Cross-Origin-Resource-Policy", "same-origin");
  message->set("Cross-Origin-Opener-Policy", "same-origin");
  message->set(http::field::cache_control, "no-store");
  if (!content_type.empty()) message->set(http::field::content_type, content_type);
  for (const auto& [name, value] : headers) message->set(name, value);
}

asio::awaitable<void> Exchange::Send(const Reply& reply) {
  status_ = reply.status;
  Response response;
  response.result(static_cast<unsigned>(reply.status));
  if (reply.status == 499) response.reason("Client Closed Request");
  response.version(request_.version());
  response.keep_alive(keep_);
  SetHeaders(reply.content_type, reply.headers, &response);
  const bool head = request_.method() == http::verb::head;
  const bool bodyless = reply.status == 204 || reply.status == 304;
  if (!bodyless) response.content_length(reply.body.size());
  if (!head && !bodyless) response.body() = reply.body;
  http::response_serializer<http::string_body> serializer(response);
  stream_->expires_after(kWriteTime);
  beast::error_code failed;
  if (head) {
    const auto [error, size] = co_await http::async_write_header(*stream_, serializer, kAsTuple);
    failed = error;
  } else {
    const auto [error, size] = co_await http::async_write(*stream_, serializer, kAsTuple);
    failed = error;
  }
  if (failed) keep_ = false;
}

asio::awaitable<void> Exchange::SendError(const ApiSchema& schema, const RpcStatus& status) {
  Reply reply;
  reply.status = HttpStatusOf(status.code);
  reply.content_type = "application/json";
  reply.body = StatusJson(schema, status);
  if (status.code == google::rpc::UNAUTHENTICATED) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (const int64_t seconds = RetryAfterSeconds(status); seconds > 0) {
    reply.headers.emplace_back("Retry-After", absl::StrCat(seconds));
  }
  co_await Send(reply);
}

asio::awaitable<bool> Exchange::BeginStream(std::string content_type, const Headers& headers) {
  status_ = 200;
  chunked_ = request_.version() >= 11;
  keep_ = keep_ && chunked_;
  http::response<http::empty_body> response(http::status::ok, request_.version());
  response.keep_alive(keep_);
  SetHeaders(content_type, headers, &response);
  if (chunked_) response.chunked(true);
  http::response_serializer<http::empty_body> serializer(response);
  stream_->expires_after(kWriteTime);
  const auto [error, size] = co_await http::async_write_header(*stream_, serializer, kAsTuple);
  stream_->expires_never();
  if (error) keep_ = false;
  co_return !error;
}

asio::awaitable<bool> Exchange::Write(std::string bytes) {
  if (bytes.empty()) co_return true;
  if (!chunked_) co_return co_await WriteAll(std::move(bytes));
  co_return co_await WriteAll(absl::StrCat(absl::Hex(bytes.size()), "\r\n", bytes, "\r\n"));
}

asio::awaitable<bool> Exchange::EndStream() {
  if (!chunked_) co_return true;
  co_return co_await WriteAll("0\r\n\r\n");
}

void Exchange::OnHangUp(std::function<void()> gone) {
  watching_ = std::make_shared<bool>(true);
  const auto heard = [stream = stream_, watching = watching_, gone = std::move(gone)](const beast::error_code& error) {
    if (error || !*watching) return;
    char byte = 0;
    const ssize_t got = recv(stream->socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    // The next request, sent early, is no hang-up; it waits for its turn.
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) gone();
  };
  stream_->socket().async_wait(asio::ip::tcp::socket::wait_read, heard);
}

void Exchange::StopWatching() {
  if (watching_ == nullptr) return;
  *watching_ = false;
  beast::error_code ignored;
  stream_->socket().cancel(ignored);
}

asio::awaitable<bool> Exchange::WriteAll(std::string bytes) {
  stream_->expires_after(kWriteTime);
  const auto [error, size] = co_await asio::async_write(*stream_, asio::buffer(bytes), kAsTuple);
  stream_->expires_never();
  if (error) keep_ = false;
  co_return !error;
}

}  // namespace pe::gateway
