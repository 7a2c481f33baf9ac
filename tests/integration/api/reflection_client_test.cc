#include <google/protobuf/descriptor.pb.h>

#include <set>

#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/integration/api/api_fixture.h"

namespace pe {
namespace {

using ReflectionTest = ApiFixture;

// What grpcurl does: list the services, then fetch the file of each.
template <typename Service, typename Request, typename Response>
void WalkServices(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = Service::NewStub(channel);
  const auto context = ContextWithToken(std::string("Bearer ") + kToken);
  const auto stream = stub->ServerReflectionInfo(context.get());
  Request request;
  Response response;
  request.set_list_services("*");
  ASSERT_TRUE(stream->Write(request) && stream->Read(&response));
  std::set<std::string> names;
  for (const auto& service : response.list_services_response().service()) names.insert(service.name());
  EXPECT_EQ(names, (std::set<std::string>{"provision.v1.ProvisionService", "provision.v1.ResourceService",
                                          "provision.v1.EnvironmentService", "provision.v1.SystemService",
                                          "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                                          "grpc.reflection.v1alpha.ServerReflection"}));
  for (const std::string& name : names) {
    request.set_file_containing_symbol(name);
    ASSERT_TRUE(stream->Write(request) && stream->Read(&response)) << name;
    ASSERT_GT(response.file_descriptor_response().file_descriptor_proto_size(), 0) << name;
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(file.ParseFromString(response.file_descriptor_response().file_descriptor_proto(0)));
    EXPECT_GT(file.service_size(), 0);
  }
  request.set_file_containing_symbol("no.Such");
  ASSERT_TRUE(stream->Write(request) && stream->Read(&response));
  EXPECT_EQ(response.error_response().error_code(), 5);
  EXPECT_TRUE(stream->WritesDone());
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ReflectionTest, V1) {
  WalkServices<grpc::reflection::v1::ServerReflection, grpc::reflection::v1::ServerReflectionRequest,
               grpc::reflection::v1::ServerReflectionResponse>(UnixChannel());
}

TEST_F(ReflectionTest, V1AlphaOverTcp) {
  WalkServices<grpc::reflection::v1alpha::ServerReflection, grpc::reflection::v1alpha::ServerReflectionRequest,
               grpc::reflection::v1alpha::ServerReflectionResponse>(TcpChannel());
}

}  // namespace
}  // namespace pe
