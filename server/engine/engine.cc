// StartEngine: EngineCore with a thread of its own.
#include "server/engine/engine.h"

#include <atomic>
#include <thread>

#include "base/status.h"
#include "server/engine/engine_core.h"

namespace pe {
namespace {

constexpr int64_t kDrainLimit = 8 * kMicrosPerSecond;  // SIGTERM to exit is 10 s

class ThreadedEngine final : public Engine {
 public:
  ThreadedEngine(const EngineParts& parts, const EngineOptions& options)
      : store_(parts.store), clock_(parts.clock), options_(options), core_(parts, options) {}
  ~ThreadedEngine() override { Drain(); }

  absl::Status Start() {
    PE_RETURN_IF_ERROR(core_.Load());
    thread_ = std::thread([this] { Loop(); });
    retention_ = std::make_unique<Retention>(store_, clock_, core_.lease(), options_.retention, options_.on_retention);
    return absl::OkStatus();
  }

  void Provision(provision::v1::ProvisionRequest r, Caller c, Answer<provision::v1::Job> a) override {
    core_.Provision(std::move(r), std::move(c), std::move(a));
  }
  void Cancel(provision::v1::CancelRequest r, std::string c, Answer<provision::v1::Job> a) override {
    core_.Cancel(std::move(r), std::move(c), std::move(a));
  }
  void Pause(provision::v1::PauseRequest r, std::string c, Answer<provision::v1::Job> a) override {
    core_.Pause(std::move(r), std::move(c), std::move(a));
  }
  void Resume(provision::v1::ResumeRequest r, std::string c, Answer<provision::v1::Job> a) override {
    core_.Resume(std::move(r), std::move(c), std::move(a));
  }
  void Rollback(provision::v1::RollbackRequest r, Caller c, Answer<provision::v1::Job> a) override {
    core_.Rollback(std::move(r), std::move(c), std::move(a));
  }
  void Retry(provision::v1::RetryRequest r, Caller c, Answer<provision::v1::Job> a) override {
    core_.Retry(std::move(r), std::move(c), std::move(a));
  }
  void CreateResource(provision::v1::CreateResourceRequest r, Answer<provision::v1::Resource> a) override {
    core_.CreateResource(std::move(r), std::move(a));
  }
  void UpdateResource(provision::v1::UpdateResourceRequest r, Answer<provision::v1::Resource> a) override {
    core_.UpdateResource(std::move(r), std::move(a));
  }
  void DeleteResource(provision::v1::DeleteResourceRequest r, Answer<provision::v1::Resource> a) override {
    core_.DeleteResource(std::move(r), std::move(a));
  }
  void DisableResource(provision::v1::DisableResourceRequest r, Answer<provision::v1::Resource> a) override {
    core_.DisableResource(std::move(r), std::move(a));
  }
  void EnableResource(provision::v1::EnableResourceRequest r, Answer<provision::v1::Resource> a) override {
    core_.EnableResource(std::move(r), std::move(a));
  }
  void TrustResource(provision::v1::TrustResourceRequest r, std::string c, Answer<provision::v1::Resource> a) override {
    core_.TrustResource(std::move(r), std::move(c), std::move(a));
  }
  void WaiveHandlers(provision::v1::WaiveHandlersRequest r, std::string c, Answer<provision::v1::Resource> a) override {
    core_.WaiveHandlers(std::move(r), std::move(c), std::move(a));
  }
  void Approve(provision::v1::ApproveRequest r, std::string c, Answer<provision::v1::Job> a) override {
    core_.Approve(std::move(r), std::move(c), std::move(a));
  }
  void CreateEnvironment(provision::v1::CreateEnvironmentRequest r, Answer<provision::v1::Environment> a) override {
    core_.CreateEnvironment(std::move(r), std::move(a));
  }
  void UpdateEnvironment(provision::v1::UpdateEnvironmentRequest r, Answer<provision::v1::Environment> a) override {
    core_.UpdateEnvironment(std::move(r), std::move(a));
  }
  void DeleteEnvironment(provision::v1::DeleteEnvironmentRequest r, Answer<provision::v1::Environment> a) override {
    core_.DeleteEnvironment(std::move(r), std::move(a));
  }

  void Count(Answer<EngineCounts> a) override { core_.Count(std::move(a)); }

  void Drain() override {
    if (!thread_.joinable()) return;
    retention_.reset();
    core_.Drain();
    core_.Post([this] { give_up_at_ = clock_->Mono() + kDrainLimit; });
    thread_.join();
  }

 private:
  void Loop() {
    while (true) {
      core_.RunOnce();
      if (core_.Drained()) return;
      if (give_up_at_ != 0) {
        if (clock_->Mono() >= give_up_at_) return;  // a transport that does not close does not keep us
        core_.WaitForWork(100 * kMicrosPerMilli);
      } else {
        core_.WaitForWork(std::nullopt);
      }
    }
  }

  Store* const store_;
  const Clock* const clock_;
  const EngineOptions options_;
  EngineCore core_;
  MonoMicros give_up_at_ = 0;  // the loop's thread; 0: not draining
  std::thread thread_;
  std::unique_ptr<Retention> retention_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> StartEngine(const EngineParts& parts, EngineOptions options) {
  auto engine = std::make_unique<ThreadedEngine>(parts, options);
  PE_RETURN_IF_ERROR(engine->Start());
  return engine;
}

}  // namespace pe
