// Upstream: calls to the engine by the name of the method and serialized messages, over gRPC channels. What is given as
// metadata is all that goes with a call: the gateway has no credentials of its own.
// Thread rule: Upstream is thread-safe. A StreamCall belongs to the thread of its executor.
#ifndef SERVER_GATEWAY_UPSTREAM_H_
#define SERVER_GATEWAY_UPSTREAM_H_

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "server/gateway/limits.h"
#include "server/gateway/rpc_status.h"

namespace pe::gateway {

using Metadata = std::vector<std::pair<std::string, std::string>>;

struct UpstreamOptions {
  // Makes a channel to the engine.
  std::function<std::shared_ptr<grpc::Channel>()> connect;
  // Streams on one channel before another is made; 0: no bound. An engine takes 100 on a connection.
  int streams_per_channel = 0;
};

// One server stream. The engine's next message is read when it is asked for and not before; nor sooner after the one
// before than `pace` says, for the engine puts into one message what has happened meanwhile.
class StreamCall final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                         public std::enable_shared_from_this<StreamCall> {
 public:
  enum class Got { kMessage, kEnd, kNothingYet };

  using Pace = std::function<std::chrono::microseconds()>;
  StreamCall(boost::asio::any_io_executor executor, Pace pace, std::function<void()> released);
  ~StreamCall() override;
  void Start(grpc::GenericStub* stub, const std::string& path, const std::string& message, const Metadata& metadata);

  // Waits for the next message or the end. `at_most` zero: without limit; otherwise kNothingYet when the time ran out.
  // REQUIRES: not called while it waits.
  boost::asio::awaitable<Got> Next(std::chrono::milliseconds at_most = {});
  // The message of kMessage.
  std::string TakeMessage();
  // After kEnd.
  const RpcStatus& status() const { return status_; }
  // Makes the stream end with CANCELLED. Any thread.
  void Cancel() { context_.TryCancel(); }

 private:
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  const boost::asio::any_io_executor executor_;
  const Pace pace_;
  const std::function<void()> released_;
  boost::asio::steady_timer changed_;  // cancelled when something has happened
  grpc::ClientContext context_;
  grpc::ByteBuffer request_, incoming_;
  std::shared_ptr<StreamCall> self_;  // until OnDone
  RpcStatus status_;
  std::chrono::steady_clock::time_point rest_until_{};
  bool reading_ = false;  // a read is with gRPC
  bool have_ = false;     // incoming_ holds a message
  bool over_ = false;     // no read will succeed any more
  bool done_ = false;     // status_ is there
};

class Upstream {
 public:
  explicit Upstream(UpstreamOptions options);

  struct Reply {
    RpcStatus status;
    std::string message;  // serialized, when the status is OK
  };
  // DEADLINE_EXCEEDED after `time`.
  boost::asio::awaitable<Reply> Unary(std::string path, std::string message, Metadata metadata,
                                      std::chrono::milliseconds time);
  // REQUIRES: its executor runs until WaitForStreams has returned.
  std::shared_ptr<StreamCall> Stream(boost::asio::any_io_executor executor, const std::string& path,
                                     const std::string& message, const Metadata& metadata);

  // Waits until every stream has ended and is gone; they end by themselves or by Cancel.
  void WaitForStreams();

 private:
  struct Lane {
    explicit Lane(const std::shared_ptr<grpc::Channel>& channel) : stub(channel) {}
    grpc::GenericStub stub;
    int streams = 0;
  };
  std::chrono::microseconds Pace() const { return streams_now_.load(std::memory_order_relaxed) * kMessageCost; }
  std::shared_ptr<Lane> StreamLane();
  void Release(Lane* lane);

  const UpstreamOptions options_;
  const std::shared_ptr<Lane> calls_;  // unary calls never wait behind streams
  Mutex mu_;
  CondVar none_;
  int streams_ ABSL_GUARDED_BY(mu_) = 0;
  std::atomic<int> streams_now_ = 0;  // the same, for who has no lock
  std::vector<std::shared_ptr<Lane>> lanes_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_UPSTREAM_H_
