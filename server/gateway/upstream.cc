#include "server/gateway/upstream.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pe::gateway {
namespace {

namespace asio = boost::asio;

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string out;
  if (!buffer.Dump(&slices).ok()) return out;
  out.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) out.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return out;
}

RpcStatus ToStatus(const grpc::Status& status) {
  return {static_cast<int>(status.error_code()), status.error_message(), status.error_details()};
}

void AddMetadata(const Metadata& metadata, grpc::ClientContext* context) {
  for (const auto& [key, value] : metadata) context->AddMetadata(key, value);
}

// What a unary call needs until its answer is there.
struct UnaryCall {
  grpc::ClientContext context;
  grpc::ByteBuffer request, reply;
  grpc::Status status;
};

}  // namespace

StreamCall::StreamCall(asio::any_io_executor executor, Pace pace, std::function<void()> released)
    : executor_(executor), pace_(std::move(pace)), released_(std::move(released)), changed_(executor) {}

StreamCall::~StreamCall() { released_(); }

void StreamCall::Start(grpc::GenericStub* stub, const std::string& path, const std::string& message,
                       const Metadata& metadata) {
  AddMetadata(metadata, &context_);
  request_ = ToBuffer(message);
  self_ = shared_from_this();
  stub->PrepareBidiStreamingCall(&context_, path, grpc::StubOptions(), this);
  StartWriteLast(&request_, grpc::WriteOptions());
  StartCall();
}

asio::awaitable<StreamCall::Got> StreamCall::Next(std::chrono::milliseconds at_most) {
  const auto until =
      at_most.count() > 0 ? std::chrono::steady_clock::now() + at_most : std::chrono::steady_clock::time_point::max();
  while (!reading_ && !have_ && !over_ && std::chrono::steady_clock::now() < rest_until_) {
    changed_.expires_at(rest_until_);
    (void)co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if (!reading_ && !have_ && !over_) {
    reading_ = true;
    incoming_.Clear();
    StartRead(&incoming_);
  }
  while (!have_ && !done_) {
    changed_.expires_at(until);
    const auto [error] = co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!error && !have_ && !done_) co_return Got::kNothingYet;
  }
  co_return have_ ? Got::kMessage : Got::kEnd;
}

std::string StreamCall::TakeMessage() {
  have_ = false;
  rest_until_ = std::chrono::steady_clock::now() + pace_();
  std::string out = ToString(incoming_);
  incoming_.Clear();
  return out;
}

void StreamCall::OnReadDone(bool ok) {
  asio::post(executor_, [self = shared_from_this(), ok] {
    self->reading_ = false;
    self->have_ = ok;
    self->over_ = !ok;
    self->changed_.cancel();
  });
}

void StreamCall::OnDone(const grpc::Status& status) {
  asio::post(executor_, [self = std::move(self_), status = ToStatus(status)]() mutable {
    self->status_ = std::move(status);
    self->over_ = true;
    self->done_ = true;
    self->changed_.cancel();
  });
}

Upstream::Upstream(UpstreamOptions options)
    : options_(std::move(options)), calls_(std::make_shared<Lane>(options_.connect())) {}

asio::awaitable<Upstream::Reply> Upstream::Unary(std::string path, std::string message, Metadata metadata,
                                                 std::chrono::milliseconds time) {
  const auto call = std::make_shared<UnaryCall>();
  call->request = ToBuffer(message);
  AddMetadata(metadata, &call->context);
  call->context.set_deadline(std::chrono::system_clock::now() + time);
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto initiate = [&](auto handler) {
    const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    calls_->stub.UnaryCall(&call->context, path, grpc::StubOptions(), &call->request, &call->reply,
                           [shared, executor, call](grpc::Status status) {
                             call->status = std::move(status);
                             asio::post(executor, [shared] { std::move (*shared)(); });
                           });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
  Reply reply;
  reply.status = ToStatus(call->status);
  if (call->status.ok()) reply.message = ToString(call->reply);
  co_return reply;
}

std::shared_ptr<Upstream::Lane> Upstream::StreamLane() {
  MutexLock lock(&mu_);
  streams_now_ = ++streams_;
  if (options_.streams_per_channel == 0) {
    ++calls_->streams;
    return calls_;
  }
  for (const auto& lane : lanes_) {
    if (lane->streams < options_.streams_per_channel) {
      ++lane->streams;
      return lane;
    }
  }
  lanes_.push_back(std::make_shared<Lane>(options_.connect()));
  ++lanes_.back()->streams;
  return lanes_.back();
}

void Upstream::Release(Lane* lane) {
  MutexLock lock(&mu_);
  --lane->streams;
  streams_now_ = --streams_;
  if (streams_ == 0) none_.SignalAll();
}

void Upstream::WaitForStreams() {
  MutexLock lock(&mu_);
  while (streams_ > 0) none_.Wait(&mu_);
}

std::shared_ptr<StreamCall> Upstream::Stream(asio::any_io_executor executor, const std::string& path,
                                             const std::string& message, const Metadata& metadata) {
  const std::shared_ptr<Lane> lane = StreamLane();
  const auto call = std::make_shared<StreamCall>(
      std::move(executor), [this] { return Pace(); }, [this, lane] { Release(lane.get()); });
  call->Start(&lane->stub, path, message, metadata);
  return call;
}

}  // namespace pe::gateway
