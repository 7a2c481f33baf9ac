// ProvisionService on gRPC: parse, check, call, convert.
// Thread rule: thread-safe; called on gRPC's threads, which it never lets wait.
#ifndef SERVER_API_PROVISION_HANDLERS_H_
#define SERVER_API_PROVISION_HANDLERS_H_

#include "provision/v1/provision_service.grpc.pb.h"
#include "server/api/gate.h"
#include "server/api/watch_reactor.h"
#include "server/api/work_pool.h"
#include "server/engine/engine.h"
#include "storage/store.h"

namespace pe {

// The service with every method on the callback API; Watch takes and gives bytes, so that messages can be shared.
using ProvisionBase = provision::v1::ProvisionService::WithCallbackMethod_Provision<
    provision::v1::ProvisionService::WithCallbackMethod_Status<
        provision::v1::ProvisionService::WithRawCallbackMethod_Watch<
            provision::v1::ProvisionService::WithCallbackMethod_List<
                provision::v1::ProvisionService::WithCallbackMethod_Cancel<
                    provision::v1::ProvisionService::WithCallbackMethod_Retry<
                        provision::v1::ProvisionService::WithCallbackMethod_Rollback<
                            provision::v1::ProvisionService::WithCallbackMethod_Pause<
                                provision::v1::ProvisionService::WithCallbackMethod_Resume<
                                    provision::v1::ProvisionService::Service>>>>>>>>>;

class ProvisionHandlers final : public ProvisionBase {
 public:
  struct Parts {
    const Gate* gate = nullptr;
    Engine* engine = nullptr;
    Store* store = nullptr;
    WorkPool* reads = nullptr;
    WatchParts watch;
  };
  explicit ProvisionHandlers(const Parts& parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* Provision(grpc::CallbackServerContext* context,
                                      const provision::v1::ProvisionRequest* request,
                                      provision::v1::Job* response) override;
  grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context, const provision::v1::StatusRequest* request,
                                   provision::v1::Job* response) override;
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context, const provision::v1::ListRequest* request,
                                 provision::v1::ListResponse* response) override;
  grpc::ServerUnaryReactor* Cancel(grpc::CallbackServerContext* context, const provision::v1::CancelRequest* request,
                                   provision::v1::Job* response) override;
  grpc::ServerUnaryReactor* Retry(grpc::CallbackServerContext* context, const provision::v1::RetryRequest* request,
                                  provision::v1::Job* response) override;
  grpc::ServerUnaryReactor* Rollback(grpc::CallbackServerContext* context,
                                     const provision::v1::RollbackRequest* request,
                                     provision::v1::Job* response) override;
  grpc::ServerUnaryReactor* Pause(grpc::CallbackServerContext* context, const provision::v1::PauseRequest* request,
                                  provision::v1::Job* response) override;
  grpc::ServerUnaryReactor* Resume(grpc::CallbackServerContext* context, const provision::v1::ResumeRequest* request,
                                   provision::v1::Job* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Watch(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request) override;

 private:
  const Parts parts_;
};

}  // namespace pe

#endif  // SERVER_API_PROVISION_HANDLERS_H_
