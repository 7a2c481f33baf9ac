#include "server/api/reflection.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/descriptor_database.h>
#include <gtest/gtest.h>

#include "provision/v1/provision_service.pb.h"

namespace pe {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;

const std::vector<std::string> kServices = {"provision.v1.ProvisionService"};

TEST(Reflection, ListsServices) {
  ServerReflectionRequest request;
  request.set_list_services("");
  std::set<std::string> sent;
  const auto response = Reflect(request, kServices, &sent);
  ASSERT_EQ(response.list_services_response().service_size(), 1);
  EXPECT_EQ(response.list_services_response().service(0).name(), kServices[0]);
}

TEST(Reflection, FilesComeWithAllTheyImportSoThatAPoolCanBeBuilt) {
  ServerReflectionRequest request;
  request.set_file_containing_symbol("provision.v1.ProvisionService");
  std::set<std::string> sent;
  const auto response = Reflect(request, kServices, &sent);
  google::protobuf::SimpleDescriptorDatabase database;
  for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    ASSERT_TRUE(file.ParseFromString(bytes));
    ASSERT_TRUE(database.Add(file));
  }
  google::protobuf::DescriptorPool pool(&database);
  const auto* service = pool.FindServiceByName("provision.v1.ProvisionService");
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(service->method_count(), provision::v1::ProvisionRequest::descriptor()->file()->service(0)->method_count());
  // Asked for again on the same stream: the file alone.
  EXPECT_EQ(Reflect(request, kServices, &sent).file_descriptor_response().file_descriptor_proto_size(), 1);
}

TEST(Reflection, ExtensionsAndWhatIsNotThere) {
  ServerReflectionRequest request;
  std::set<std::string> sent;
  request.set_all_extension_numbers_of_type("google.protobuf.MethodOptions");
  EXPECT_GT(Reflect(request, kServices, &sent).all_extension_numbers_response().extension_number_size(), 0);
  request.mutable_file_containing_extension()->set_containing_type("google.protobuf.MethodOptions");
  request.mutable_file_containing_extension()->set_extension_number(72295728);  // google.api.http
  EXPECT_GT(Reflect(request, kServices, &sent).file_descriptor_response().file_descriptor_proto_size(), 0);
  request.mutable_file_containing_extension()->set_extension_number(1);
  EXPECT_EQ(Reflect(request, kServices, &sent).error_response().error_code(), 5);
  request.set_file_by_filename("no/such.proto");
  EXPECT_EQ(Reflect(request, kServices, &sent).error_response().error_code(), 5);
  request.set_file_containing_symbol("no.Such");
  EXPECT_EQ(Reflect(request, kServices, &sent).error_response().error_code(), 5);
  EXPECT_EQ(Reflect(ServerReflectionRequest(), kServices, &sent).error_response().error_code(), 3);
}

}  // namespace
}  // namespace pe
