// Exchange: one request and its answer on a connection. An answer is either whole (Reply) or in pieces (BeginStream,
// Write, EndStream). Every answer gets the headers that keep browsers strict.
// Thread rule: belongs to the thread of its connection.
#ifndef SERVER_GATEWAY_EXCHANGE_H_
#define SERVER_GATEWAY_EXCHANGE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/gateway/http.h"
#include "server/gateway/rpc_status.h"

namespace pe::gateway {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Reply {
  int status = 200;
  std::string content_type;  // empty with an empty body
  std::string body;
  Headers headers = {};
};

class Exchange {
 public:
  Exchange(beast::tcp_stream* stream, Request request);

  const Request& request() const { return request_; }
  beast::tcp_stream& stream() { return *stream_; }
  // Whose call it was, for metrics: "/provision.v1.ProvisionService/List", "static", ...
  std::string what = "other";
  int status() const { return status_; }

  asio::awaitable<void> Send(const Reply& reply);
  // A call's error as JSON: the usual HTTP status, Retry-After, WWW-Authenticate.
  asio::awaitable<void> SendError(const ApiSchema& schema, const RpcStatus& status);

  // False: the client is gone, and so for the next two.
  asio::awaitable<bool> BeginStream(std::string content_type, const Headers& headers);
  asio::awaitable<bool> Write(std::string bytes);
  asio::awaitable<bool> EndStream();

  // Calls `gone`, at most once, when the client closes while nothing is written to it. Ends with StopWatching.
  // REQUIRES: nothing is being read or written when StopWatching is called.
  void OnHangUp(std::function<void()> gone);
  void StopWatching();

  // The gateway stops: what takes long ends now. Set by who waits for something.
  std::function<void()> interrupt;
  void Drain() {
    draining_ = true;
    keep_ = false;
    if (interrupt != nullptr) interrupt();
  }
  bool draining() const { return draining_; }

  // Whether another request may follow on the connection.
  bool keep() const { return keep_; }

 private:
  asio::awaitable<bool> WriteAll(std::string bytes);
  template <typename Message>
  void SetHeaders(const std::string& content_type, const Headers& headers, Message* message) const;

  beast::tcp_stream* const stream_;
  const Request request_;
  bool keep_;
  bool chunked_ = false;
  bool draining_ = false;
  std::shared_ptr<bool> watching_;
  int status_ = 0;
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_EXCHANGE_H_
