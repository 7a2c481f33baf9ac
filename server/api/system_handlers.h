// SystemService on gRPC.
// Thread rule: thread-safe; called on gRPC's threads, which it never lets wait.
#ifndef SERVER_API_SYSTEM_HANDLERS_H_
#define SERVER_API_SYSTEM_HANDLERS_H_

#include <utility>

#include "provision/v1/system_service.grpc.pb.h"
#include "server/api/gate.h"
#include "server/engine/engine.h"

namespace pe {

class SystemHandlers final : public provision::v1::SystemService::CallbackService {
 public:
  struct Parts {
    const Gate* gate = nullptr;
    Engine* engine = nullptr;
    const EventHub* hub = nullptr;
    MetricsText metrics;  // called on the engine's thread; none: UNIMPLEMENTED
  };
  explicit SystemHandlers(Parts parts) : parts_(std::move(parts)) {}

  grpc::ServerUnaryReactor* GetMetrics(grpc::CallbackServerContext* context,
                                       const provision::v1::GetMetricsRequest* request,
                                       provision::v1::GetMetricsResponse* response) override;

 private:
  const Parts parts_;
};

}  // namespace pe

#endif  // SERVER_API_SYSTEM_HANDLERS_H_
