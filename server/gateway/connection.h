// Connection: one client's HTTP/1.1 connection; reads request after request within the limits and hands each to its
// handler. Lives as long as its Run.
// Thread rule: belongs to one io thread.
#ifndef SERVER_GATEWAY_CONNECTION_H_
#define SERVER_GATEWAY_CONNECTION_H_

#include <memory>
#include <string>

#include "server/gateway/services.h"

namespace pe::gateway {

class Connection {
 public:
  Connection(const Services* services, asio::ip::tcp::socket socket);

  // Until the client or the gateway ends it.
  asio::awaitable<void> Run();

  // Nothing new is begun; what takes long is interrupted.
  void Drain();
  // Ends whatever is going on.
  void Close();

 private:
  // False: there is no (further) request.
  asio::awaitable<bool> AwaitRequest();
  asio::awaitable<bool> ReadRequest(Request* request);
  asio::awaitable<void> Handle();
  asio::awaitable<void> Route(Exchange& exchange);
  asio::awaitable<void> Complain(int status, std::string message);

  const Services* const services_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::unique_ptr<Exchange> exchange_;  // while a request is handled
  bool draining_ = false;
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_CONNECTION_H_
