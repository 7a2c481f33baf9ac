// SocketSession: one WebSocket of /v1/stream (socket_handler.h says what it speaks). One coroutine reads, one writes,
// and each subscription has one that waits while too much is queued for the socket.
// Thread rule: belongs to the thread of its connection.
#ifndef SERVER_GATEWAY_SOCKET_SESSION_H_
#define SERVER_GATEWAY_SOCKET_SESSION_H_

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "server/gateway/services.h"

namespace pe::gateway {

class SocketSession {
 public:
  SocketSession(const Services& services, Exchange& exchange, Metadata metadata);

  asio::awaitable<void> Run();

 private:
  struct Subscription {
    std::string name;
    std::shared_ptr<StreamCall> call;
    int64_t seq = 0;
  };

  asio::awaitable<void> ReadLoop();
  asio::awaitable<void> WriteLoop();
  asio::awaitable<void> Feed(std::shared_ptr<Subscription> subscription);
  // Waits until there is room for more; false when the socket closes.
  asio::awaitable<bool> Room();
  asio::awaitable<bool> FeedMessage(Subscription& subscription, const std::string& binary);

  void OnMessage(const std::string& text);
  void Subscribe(const nlohmann::json& wish);
  void Unsubscribe(const nlohmann::json& wish);
  void OnEnd(const Subscription& subscription);
  void Send(std::string text);
  // What is queued is sent, then the socket closes; the first reason counts.
  void Close(int code, std::string reason);

  const Services& services_;
  Exchange& exchange_;
  const Metadata metadata_;
  boost::beast::websocket::stream<beast::tcp_stream&> socket_;
  asio::steady_timer changed_;  // cancelled when something below has changed
  std::map<std::string, std::shared_ptr<Subscription>> subscriptions_;
  std::deque<std::string> queue_;
  size_t queued_bytes_ = 0;
  int running_ = 0;  // coroutines besides Run
  bool closed_ = false;
  int close_code_ = 0;  // 0: not asked for
  std::string close_reason_;
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_SOCKET_SESSION_H_
