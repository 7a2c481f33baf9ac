#include "server/api/reflection.h"

#include <utility>

#include "server/api/status_convert.h"

namespace pe {
namespace {

// One stream: read, answer, read ... v1alpha's messages are v1's on the wire, so one lookup serves both.
template <typename Request, typename Response>
class ReflectionCall final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  ReflectionCall(const std::vector<std::string>* services, const absl::Status& admitted) : services_(services) {
    if (admitted.ok()) {
      this->StartRead(&request_);
    } else {
      this->Finish(ToGrpc(admitted));
    }
  }
  void OnReadDone(bool ok) override {
    if (!ok) return this->Finish(grpc::Status::OK);
    grpc::reflection::v1::ServerReflectionRequest asked;
    asked.ParseFromString(request_.SerializeAsString());
    response_.ParseFromString(Reflect(asked, *services_, &sent_).SerializeAsString());
    this->StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return this->Finish(grpc::Status::CANCELLED);
    this->StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  const std::vector<std::string>* const services_;
  std::set<std::string> sent_;
  Request request_;
  Response response_;
};

}  // namespace

grpc::ServerBidiReactor<grpc::reflection::v1::ServerReflectionRequest, grpc::reflection::v1::ServerReflectionResponse>*
ReflectionHandlers::ServerReflectionInfo(grpc::CallbackServerContext* context) {
  return new ReflectionCall<grpc::reflection::v1::ServerReflectionRequest,
                            grpc::reflection::v1::ServerReflectionResponse>(
      &services_, gate_->Admit(*context, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo").status());
}

grpc::ServerBidiReactor<grpc::reflection::v1alpha::ServerReflectionRequest,
                        grpc::reflection::v1alpha::ServerReflectionResponse>*
ReflectionAlphaHandlers::ServerReflectionInfo(grpc::CallbackServerContext* context) {
  return new ReflectionCall<grpc::reflection::v1alpha::ServerReflectionRequest,
                            grpc::reflection::v1alpha::ServerReflectionResponse>(
      &services_, gate_->Admit(*context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo").status());
}

}  // namespace pe
