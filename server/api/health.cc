#include "server/api/health.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/api/limits.h"
#include "server/api/one_driver.h"
#include "server/api/status_convert.h"
#include "server/engine/errors.h"

namespace pe {

using grpc::health::v1::HealthCheckResponse;

// One health watch: sends a state whenever it differs from the last one sent.
class HealthHandlers::WatchCall final : public grpc::ServerWriteReactor<HealthCheckResponse>,
                                        public std::enable_shared_from_this<WatchCall> {
 public:
  WatchCall(HealthHandlers* owner, bool known) : known(known), owner_(owner) {}

  void Show(Status status) {
    Drive([&] { wanted_ = known ? status : HealthCheckResponse::SERVICE_UNKNOWN; });
  }
  void End(absl::Status status) {
    Drive([&] { end_ = end_.value_or(std::move(status)); });
  }
  void OnWriteDone(bool ok) override {
    Drive([&] {
      writing_ = false;
      if (!ok) end_ = absl::CancelledError("the watcher went away");
    });
  }
  void OnCancel() override { End(absl::CancelledError("the watcher went away")); }
  void OnDone() override { owner_->Remove(this); }

  const bool known;

 private:
  template <typename Change>
  void Drive(Change change) {
    const auto hold = shared_from_this();
    driver_.Drive(change, [this]() -> OneDriver::Action {
      if (finished_) return nullptr;
      if (end_.has_value()) {
        finished_ = true;
        return [this] { Finish(ToGrpc(*end_)); };
      }
      if (writing_ || wanted_ == sent_) return nullptr;
      writing_ = true;
      sent_ = wanted_;
      message_.set_status(*wanted_);
      return [this] { StartWrite(&message_); };
    });
  }

  HealthHandlers* const owner_;
  OneDriver driver_;  // protects what follows
  std::optional<Status> wanted_, sent_;
  HealthCheckResponse message_;
  std::optional<absl::Status> end_;
  bool writing_ = false;
  bool finished_ = false;
};

HealthHandlers::HealthHandlers(const Gate* gate, std::vector<std::string> services)
    : gate_(gate), services_(std::move(services)) {}
HealthHandlers::~HealthHandlers() = default;

bool HealthHandlers::Knows(const std::string& service) const {
  return service.empty() || std::find(services_.begin(), services_.end(), service) != services_.end();
}

HealthHandlers::Status HealthHandlers::Now() const {
  MutexLock lock(&mu_);
  return serving_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

void HealthHandlers::SetServing(bool serving) {
  std::vector<std::shared_ptr<WatchCall>> calls;
  {
    MutexLock lock(&mu_);
    serving_ = serving;
    calls = calls_;
  }
  for (const auto& call : calls) call->Show(Now());
}

void HealthHandlers::Drain() {
  SetServing(false);
  std::vector<std::shared_ptr<WatchCall>> calls;
  {
    MutexLock lock(&mu_);
    calls = calls_;
  }
  for (const auto& call : calls) call->End(Draining());
}

void HealthHandlers::Remove(const WatchCall* call) {
  std::shared_ptr<WatchCall> gone;  // ends after the lock
  MutexLock lock(&mu_);
  const auto at = std::find_if(calls_.begin(), calls_.end(), [&](const auto& one) { return one.get() == call; });
  if (at == calls_.end()) return;
  gone = std::move(*at);
  calls_.erase(at);
}

grpc::ServerUnaryReactor* HealthHandlers::Check(grpc::CallbackServerContext* context,
                                                const grpc::health::v1::HealthCheckRequest* request,
                                                HealthCheckResponse* response) {
  auto* reactor = context->DefaultReactor();
  absl::Status status = gate_->Admit(*context, "/grpc.health.v1.Health/Check").status();
  if (status.ok() && !Knows(request->service())) status = NoSuch("grpc.health.v1.Service", request->service());
  response->set_status(Now());
  reactor->Finish(ToGrpc(status));
  return reactor;
}

grpc::ServerUnaryReactor* HealthHandlers::List(grpc::CallbackServerContext* context,
                                               const grpc::health::v1::HealthListRequest*,
                                               grpc::health::v1::HealthListResponse* response) {
  auto* reactor = context->DefaultReactor();
  (*response->mutable_statuses())[""].set_status(Now());
  for (const std::string& service : services_) (*response->mutable_statuses())[service].set_status(Now());
  reactor->Finish(ToGrpc(gate_->Admit(*context, "/grpc.health.v1.Health/List").status()));
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthHandlers::Watch(
    grpc::CallbackServerContext* context, const grpc::health::v1::HealthCheckRequest* request) {
  const auto call = std::make_shared<WatchCall>(this, Knows(request->service()));
  absl::Status status = gate_->Admit(*context, "/grpc.health.v1.Health/Watch").status();
  {
    MutexLock lock(&mu_);
    if (status.ok() && calls_.size() >= static_cast<size_t>(kMaxWatches)) {
      status = absl::ResourceExhaustedError("too many health watches; use Check");
    }
    calls_.push_back(call);
  }
  if (status.ok()) {
    call->Show(Now());
  } else {
    call->End(status);
  }
  return call.get();
}

}  // namespace pe
