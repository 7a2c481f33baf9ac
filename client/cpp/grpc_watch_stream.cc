#include "client/cpp/grpc_watch_stream.h"

#include <chrono>
#include <cstdint>
#include <utility>

#include "client/cpp/grpc_status.h"

namespace provision::client {
namespace {

enum Tag : intptr_t { kStart = 1, kRead, kFinish };

void* AsTag(Tag tag) { return reinterpret_cast<void*>(static_cast<intptr_t>(tag)); }

// A completion queue of its own, because the synchronous reader knows no time-out of a single read. At most one
// operation is outstanding at any time.
class GrpcWatchStream final : public WatchStream {
 public:
  GrpcWatchStream(provision::v1::ProvisionService::Stub* stub, std::unique_ptr<grpc::ClientContext> context,
                  const provision::v1::WatchRequest& request)
      : context_(std::move(context)), reader_(stub->PrepareAsyncWatch(context_.get(), request, &queue_)) {
    reader_->StartCall(AsTag(kStart));
    outstanding_ = true;
  }

  ~GrpcWatchStream() override {
    context_->TryCancel();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  absl::StatusOr<bool> Read(provision::v1::WatchResponse* batch, absl::Duration timeout) override {
    const auto deadline = std::chrono::system_clock::now() + absl::ToChronoMicroseconds(timeout);
    if (!started_) {
      bool ok = false;
      if (!Await(deadline, &ok)) return Silent();
      started_ = true;
      if (!ok) return End();
    }
    if (!outstanding_) {
      reader_->Read(batch, AsTag(kRead));
      outstanding_ = true;
    }
    bool ok = false;
    if (!Await(deadline, &ok)) return Silent();
    if (ok) return true;
    return End();
  }

  void Cancel() override { context_->TryCancel(); }

 private:
  // False when the deadline came first. Then the operation may still write into the caller's batch, so the call is
  // cancelled and waited for.
  bool Await(std::chrono::system_clock::time_point deadline, bool* ok) {
    void* tag = nullptr;
    if (queue_.AsyncNext(&tag, ok, deadline) == grpc::CompletionQueue::GOT_EVENT) {
      outstanding_ = false;
      return true;
    }
    context_->TryCancel();
    queue_.Next(&tag, ok);
    outstanding_ = false;
    return false;
  }

  static absl::Status Silent() {
    return absl::DeadlineExceededError("nothing was heard from the engine, not even a heartbeat");
  }

  absl::StatusOr<bool> End() {
    grpc::Status status;
    reader_->Finish(&status, AsTag(kFinish));
    void* tag = nullptr;
    bool ok = false;
    queue_.Next(&tag, &ok);
    if (status.ok()) return false;
    return FromGrpc(status);
  }

  const std::unique_ptr<grpc::ClientContext> context_;
  grpc::CompletionQueue queue_;
  const std::unique_ptr<grpc::ClientAsyncReader<provision::v1::WatchResponse>> reader_;
  bool started_ = false;
  bool outstanding_ = false;
};

}  // namespace

std::shared_ptr<WatchStream> OpenGrpcWatchStream(provision::v1::ProvisionService::Stub* stub,
                                                 std::unique_ptr<grpc::ClientContext> context,
                                                 const provision::v1::WatchRequest& request) {
  return std::make_shared<GrpcWatchStream>(stub, std::move(context), request);
}

}  // namespace provision::client
