// EnvironmentService on gRPC: parse, check, call, convert.
// Thread rule: thread-safe; called on gRPC's threads, which it never lets wait.
#ifndef SERVER_API_ENVIRONMENT_HANDLERS_H_
#define SERVER_API_ENVIRONMENT_HANDLERS_H_

#include "provision/v1/environment_service.grpc.pb.h"
#include "server/api/gate.h"
#include "server/api/work_pool.h"
#include "server/engine/engine.h"
#include "storage/store.h"

namespace pe {

class EnvironmentHandlers final : public provision::v1::EnvironmentService::CallbackService {
 public:
  struct Parts {
    const Gate* gate = nullptr;
    Engine* engine = nullptr;
    Store* store = nullptr;
    WorkPool* reads = nullptr;
  };
  explicit EnvironmentHandlers(const Parts& parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* CreateEnvironment(grpc::CallbackServerContext* context,
                                              const provision::v1::CreateEnvironmentRequest* request,
                                              provision::v1::Environment* response) override;
  grpc::ServerUnaryReactor* GetEnvironment(grpc::CallbackServerContext* context,
                                           const provision::v1::GetEnvironmentRequest* request,
                                           provision::v1::Environment* response) override;
  grpc::ServerUnaryReactor* ListEnvironments(grpc::CallbackServerContext* context,
                                             const provision::v1::ListEnvironmentsRequest* request,
                                             provision::v1::ListEnvironmentsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateEnvironment(grpc::CallbackServerContext* context,
                                              const provision::v1::UpdateEnvironmentRequest* request,
                                              provision::v1::Environment* response) override;
  grpc::ServerUnaryReactor* DeleteEnvironment(grpc::CallbackServerContext* context,
                                              const provision::v1::DeleteEnvironmentRequest* request,
                                              google::protobuf::Empty* response) override;

 private:
  const Parts parts_;
};

}  // namespace pe

#endif  // SERVER_API_ENVIRONMENT_HANDLERS_H_
