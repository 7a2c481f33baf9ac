#include "server/gateway/io_thread.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <exception>

#include "server/log.h"

namespace pe::gateway {

bool ConnectionCount::Enter() {
  MutexLock lock(&mu_);
  if (count_ >= limit_) return false;
  ++count_;
  return true;
}

void ConnectionCount::Leave() {
  MutexLock lock(&mu_);
  if (--count_ == 0) none_.SignalAll();
}

bool ConnectionCount::WaitForNone(int64_t micros) {
  MutexLock lock(&mu_);
  while (count_ > 0) {
    if (!none_.WaitFor(&mu_, micros)) return count_ == 0;
  }
  return true;
}

IoThread::IoThread(const Services* services, ConnectionCount* count) : services_(services), count_(count) {
  thread_ = std::thread([this] { context_.run(); });
}

IoThread::~IoThread() {
  work_.reset();
  thread_.join();
}

void IoThread::Serve(asio::ip::tcp::socket socket) {
  auto connection = std::make_shared<Connection>(services_, std::move(socket));
  asio::co_spawn(context_, RunConnection(std::move(connection)), asio::detached);
}

asio::awaitable<void> IoThread::RunConnection(std::shared_ptr<Connection> connection) {
  connections_.insert(connection);
  try {
    co_await connection->Run();
  } catch (const std::exception& error) {  // Asio's and the allocator's stop here
    Log(LogLevel::kError, "a connection ended with an exception", {{"what", error.what()}});
  }
  connections_.erase(connection);
  connection = nullptr;
  count_->Leave();
}

void IoThread::DrainAll() {
  asio::post(context_, [this] {
    for (const auto& connection : connections_) connection->Drain();
  });
}

void IoThread::CloseAll() {
  asio::post(context_, [this] {
    for (const auto& connection : connections_) connection->Close();
  });
}

}  // namespace pe::gateway
