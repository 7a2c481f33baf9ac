#include "server/api/watch_reactor.h"

#include <optional>
#include <utility>

#include "absl/strings/strip.h"
#include "server/api/one_driver.h"
#include "server/api/status_convert.h"
#include "server/api/watch_history.h"
#include "server/engine/errors.h"

namespace pe {
namespace {

using grpc::ByteBuffer;
using provision::v1::WatchRequest;

class WatchReactor final : public grpc::ServerWriteReactor<ByteBuffer>,
                           public WatchSink,
                           public std::enable_shared_from_this<WatchReactor> {
 public:
  WatchReactor(const WatchParts& parts, const WatchRequest& request)
      : parts_(parts),
        job_(std::string(absl::StripPrefix(request.name(), "jobs/"))),
        state_(request.has_after_seq() ? std::optional<int64_t>(request.after_seq()) : std::nullopt, request.filter(),
               parts.times, parts.clock->Mono()) {}

  void Start() {
    self_ = shared_from_this();
    if (parts_.hub->Join(job_, self_)) {
      StartSendInitialMetadata();
      Drive([](WatchState&) {});
    } else {
      Finish(ToGrpc(
          Overloaded("TOO_MANY_WATCHES", "too many watches, or the engine is shutting down; try again later", 1000)));
    }
  }

  // ---- WatchSink
  void Offer(const std::vector<WatchMessagePtr>& messages) override {
    Drive([&](WatchState& state) {
      for (const WatchMessagePtr& message : messages) state.OnLive(message);
    });
  }
  void Tick() override {
    Drive([](WatchState&) {});
  }
  void Drain() override {
    Drive([](WatchState& state) { state.OnDrain(); });
  }

  // ---- gRPC
  void OnWriteDone(bool ok) override {
    Drive([&](WatchState& state) { state.OnWriteDone(ok); });
  }
  void OnCancel() override {
    Drive([](WatchState& state) { state.OnCancelled(); });
  }
  void OnDone() override {
    parts_.hub->Leave(job_, this);
    const std::shared_ptr<WatchReactor> last = std::move(self_);  // may end here, or with a hold of hub or pool
  }

 private:
  // Gives `input` to the state and does what follows.
  template <typename Input>
  void Drive(Input input) {
    const auto hold = shared_from_this();  // the call may end meanwhile
    driver_.Drive([&] { input(state_); }, [this] { return NextAction(); });
  }

  OneDriver::Action NextAction() {
    switch (state_.Next(parts_.clock->Mono())) {
      case WatchState::Do::kNothing:
        return nullptr;
      case WatchState::Do::kWrite:
        sending_ = state_.writing();
        return [this] { StartWrite(&sending_->bytes); };
      case WatchState::Do::kRead:
        // A watch has one read at a time and watches are bounded, so the pool's queue is too.
        return [this] { parts_.reads->RunAlways([self = shared_from_this()] { self->Read(); }); };
      case WatchState::Do::kFinish:
        return [this] { Finish(ToGrpc(state_.status())); };
    }
    return nullptr;
  }

  // On a thread of the pool.
  void Read() {
    const auto after = driver_.Peek([this] { return state_.after_seq(); });
    absl::StatusOr<HistoryRead> read = ReadHistory(*parts_.store, job_, after, state_.filter());
    Drive([&](WatchState& state) { state.OnRead(std::move(read)); });
  }

  const WatchParts parts_;
  const JobId job_;
  std::shared_ptr<WatchReactor> self_;  // gRPC's hold, until OnDone
  OneDriver driver_;
  WatchState state_;         // by driver_; its filter never changes, its status not after kFinish
  WatchMessagePtr sending_;  // by driver_; kept until the next write
};

class Refusal final : public grpc::ServerWriteReactor<ByteBuffer> {
 public:
  explicit Refusal(const absl::Status& status) { Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerWriteReactor<ByteBuffer>* StartWatch(const WatchParts& parts, const WatchRequest& request) {
  auto reactor = std::make_shared<WatchReactor>(parts, request);
  reactor->Start();
  // Still alive: OnDone, which ends it, comes only after gRPC has taken it from this function's caller.
  return reactor.get();
}

grpc::ServerWriteReactor<ByteBuffer>* RefuseWatch(const absl::Status& status) { return new Refusal(status); }

}  // namespace pe
