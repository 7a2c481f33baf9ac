// grpc.health.v1.Health over a state of our own: Check, Watch and List. gRPC's built-in one has no List and no
// descriptor. The engine as a whole ("") and each of its services have one state. Thread rule: thread-safe; does not
// block.
#ifndef SERVER_API_HEALTH_H_
#define SERVER_API_HEALTH_H_

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "health/v1/health.grpc.pb.h"
#include "server/api/gate.h"

namespace pe {

class HealthHandlers final : public grpc::health::v1::Health::CallbackService {
 public:
  // `services`: full names of those that are listed.
  HealthHandlers(const Gate* gate, std::vector<std::string> services);
  ~HealthHandlers() override;

  void SetServing(bool serving);
  // Not serving; ends all watches.
  void Drain();

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::health::v1::HealthCheckRequest* request,
                                  grpc::health::v1::HealthCheckResponse* response) override;
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const grpc::health::v1::HealthListRequest* request,
                                 grpc::health::v1::HealthListResponse* response) override;
  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context, const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;
  class WatchCall;

  bool Knows(const std::string& service) const;
  Status Now() const;
  void Remove(const WatchCall* call);

  const Gate* const gate_;
  const std::vector<std::string> services_;
  mutable Mutex mu_;
  bool serving_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::shared_ptr<WatchCall>> calls_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pe

#endif  // SERVER_API_HEALTH_H_
