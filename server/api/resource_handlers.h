// ResourceService on gRPC: parse, check, call, convert.
// Thread rule: thread-safe; called on gRPC's threads, which it never lets wait.
#ifndef SERVER_API_RESOURCE_HANDLERS_H_
#define SERVER_API_RESOURCE_HANDLERS_H_

#include "provision/v1/resource_service.grpc.pb.h"
#include "server/api/gate.h"
#include "server/api/work_pool.h"
#include "server/engine/engine.h"
#include "storage/store.h"

namespace pe {

class ResourceHandlers final : public provision::v1::ResourceService::CallbackService {
 public:
  struct Parts {
    const Gate* gate = nullptr;
    Engine* engine = nullptr;
    Store* store = nullptr;
    WorkPool* reads = nullptr;
  };
  explicit ResourceHandlers(const Parts& parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* CreateResource(grpc::CallbackServerContext* context,
                                           const provision::v1::CreateResourceRequest* request,
                                           provision::v1::Resource* response) override;
  grpc::ServerUnaryReactor* GetResource(grpc::CallbackServerContext* context,
                                        const provision::v1::GetResourceRequest* request,
                                        provision::v1::Resource* response) override;
  grpc::ServerUnaryReactor* ListResources(grpc::CallbackServerContext* context,
                                          const provision::v1::ListResourcesRequest* request,
                                          provision::v1::ListResourcesResponse* response) override;
  grpc::ServerUnaryReactor* UpdateResource(grpc::CallbackServerContext* context,
                                           const provision::v1::UpdateResourceRequest* request,
                                           provision::v1::Resource* response) override;
  grpc::ServerUnaryReactor* DeleteResource(grpc::CallbackServerContext* context,
                                           const provision::v1::DeleteResourceRequest* request,
                                           google::protobuf::Empty* response) override;
  grpc::ServerUnaryReactor* DisableResource(grpc::CallbackServerContext* context,
                                            const provision::v1::DisableResourceRequest* request,
                                            provision::v1::Resource* response) override;
  grpc::ServerUnaryReactor* EnableResource(grpc::CallbackServerContext* context,
                                           const provision::v1::EnableResourceRequest* request,
                                           provision::v1::Resource* response) override;
  grpc::ServerUnaryReactor* TrustResource(grpc::CallbackServerContext* context,
                                          const provision::v1::TrustResourceRequest* request,
                                          provision::v1::Resource* response) override;
  grpc::ServerUnaryReactor* WaiveHandlers(grpc::CallbackServerContext* context,
                                          const provision::v1::WaiveHandlersRequest* request,
                                          provision::v1::Resource* response) override;

 private:
  const Parts parts_;
};

}  // namespace pe

#endif  // SERVER_API_RESOURCE_HANDLERS_H_
