// gRPC server reflection, v1 and v1alpha, over the descriptors linked into the program: so that grpcurl and `buf curl`
// need no .proto files. gRPC 1.51's own answers v1alpha only.
// Thread rule: thread-safe; does not block.
#ifndef SERVER_API_REFLECTION_H_
#define SERVER_API_REFLECTION_H_

#include <set>
#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "server/api/gate.h"

namespace pe {

// Answers one request of a stream. `sent`: files that the stream has had; a file goes with all that it imports, each
// once. What is not found becomes an error response, as the protocol wants it.
grpc::reflection::v1::ServerReflectionResponse Reflect(const grpc::reflection::v1::ServerReflectionRequest& request,
                                                       const std::vector<std::string>& services,
                                                       std::set<std::string>* sent);

class ReflectionHandlers final : public grpc::reflection::v1::ServerReflection::CallbackService {
 public:
  ReflectionHandlers(const Gate* gate, std::vector<std::string> services)
      : gate_(gate), services_(std::move(services)) {}
  grpc::ServerBidiReactor<grpc::reflection::v1::ServerReflectionRequest,
                          grpc::reflection::v1::ServerReflectionResponse>*
  ServerReflectionInfo(grpc::CallbackServerContext* context) override;

 private:
  const Gate* const gate_;
  const std::vector<std::string> services_;
};

class ReflectionAlphaHandlers final : public grpc::reflection::v1alpha::ServerReflection::CallbackService {
 public:
  ReflectionAlphaHandlers(const Gate* gate, std::vector<std::string> services)
      : gate_(gate), services_(std::move(services)) {}
  grpc::ServerBidiReactor<grpc::reflection::v1alpha::ServerReflectionRequest,
                          grpc::reflection::v1alpha::ServerReflectionResponse>*
  ServerReflectionInfo(grpc::CallbackServerContext* context) override;

 private:
  const Gate* const gate_;
  const std::vector<std::string> services_;
};

}  // namespace pe

#endif  // SERVER_API_REFLECTION_H_
