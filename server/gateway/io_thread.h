// IoThread: one thread with the connections that it serves. Connections never leave it, so nothing of them is locked.
// Thread rule: every method may be called from any thread, ~IoThread not from its own.
#ifndef SERVER_GATEWAY_IO_THREAD_H_
#define SERVER_GATEWAY_IO_THREAD_H_

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <set>
#include <thread>

#include "base/mutex.h"
#include "server/gateway/connection.h"

namespace pe::gateway {

// How many connections there are in all.
class ConnectionCount {
 public:
  explicit ConnectionCount(int limit) : limit_(limit) {}
  // False: there are too many.
  bool Enter();
  void Leave();
  // Waits until there is none; false when the time ran out.
  bool WaitForNone(int64_t micros);

 private:
  const int limit_;
  Mutex mu_;
  CondVar none_;
  int count_ ABSL_GUARDED_BY(mu_) = 0;
};

class IoThread {
 public:
  IoThread(const Services* services, ConnectionCount* count);
  // REQUIRES: no connection is left.
  ~IoThread();

  asio::io_context& context() { return context_; }
  // Serves a connection that has entered `count`.
  void Serve(asio::ip::tcp::socket socket);
  void DrainAll();
  void CloseAll();

 private:
  asio::awaitable<void> RunConnection(std::shared_ptr<Connection> connection);

  const Services* const services_;
  ConnectionCount* const count_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::set<std::shared_ptr<Connection>> connections_;  // its own thread's
  std::thread thread_;
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_IO_THREAD_H_
