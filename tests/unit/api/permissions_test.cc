#include "server/api/permissions.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor_database.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "health/v1/health.pb.h"
#include "provision/v1/environment_service.pb.h"
#include "provision/v1/provision_service.pb.h"
#include "provision/v1/resource_service.pb.h"

namespace pe {
namespace {

// Every method of every service whose descriptor is in this program.
std::set<std::string> AllMethods() {
  // Keeps the linker from leaving a file out.
  EXPECT_NE(grpc::health::v1::HealthCheckRequest::descriptor(), nullptr);
  EXPECT_NE(grpc::reflection::v1::ServerReflectionRequest::descriptor(), nullptr);
  EXPECT_NE(grpc::reflection::v1alpha::ServerReflectionRequest::descriptor(), nullptr);
  EXPECT_NE(provision::v1::ProvisionRequest::descriptor(), nullptr);
  EXPECT_NE(provision::v1::CreateResourceRequest::descriptor(), nullptr);
  EXPECT_NE(provision::v1::CreateEnvironmentRequest::descriptor(), nullptr);
  std::vector<std::string> files;
  EXPECT_TRUE(google::protobuf::DescriptorPool::internal_generated_database()->FindAllFileNames(&files));
  std::set<std::string> methods;
  for (const std::string& name : files) {
    const auto* file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(name);
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        methods.insert(absl::StrCat("/", file->service(i)->full_name(), "/", file->service(i)->method(j)->name()));
      }
    }
  }
  return methods;
}

TEST(Permissions, EveryMethodOfEveryServiceIsInTheTableAndNothingElse) {
  std::set<std::string> listed;
  for (const Permission& permission : Permissions()) {
    EXPECT_TRUE(listed.insert(permission.method).second) << permission.method << " twice";
  }
  EXPECT_GE(listed.size(), 19u);
  EXPECT_EQ(listed, AllMethods());
}

TEST(Permissions, OnlyHealthIsOpenToAnyone) {
  for (const Permission& permission : Permissions()) {
    const bool health = absl::string_view(permission.method).find("/grpc.health.v1.Health/") == 0;
    EXPECT_EQ(permission.access == Access::kAnyone, health) << permission.method;
  }
}

TEST(Permissions, AnUnknownMethodIsRefused) {
  EXPECT_FALSE(AccessOf("/provision.v1.ProvisionService/Destroy").has_value());
  EXPECT_FALSE(AccessOf("").has_value());
  EXPECT_FALSE(AccessOf("/provision.v1.ProvisionService/Provision/").has_value());
}

}  // namespace
}  // namespace pe
