#include <gmock/gmock.h>

#include "tests/integration/api/api_fixture.h"

namespace pe {
namespace {

using provision::v1::Resource;
using ::testing::Contains;
using ::testing::ElementsAre;

class ResourceTest : public ApiFixture {
 protected:
  grpc::Status Create(const std::string& id, const std::string& role = "web") {
    provision::v1::CreateResourceRequest request;
    request.set_resource_id(id);
    request.mutable_resource()->set_address("ssh://root@" + id);
    (*request.mutable_resource()->mutable_labels())["role"] = role;
    Resource resource;
    return resources_->CreateResource(Context().get(), request, &resource);
  }
};

TEST_F(ResourceTest, CreateGetAndTheSecondOne) {
  ASSERT_TRUE(Create("web-1").ok());
  provision::v1::GetResourceRequest request;
  request.set_name("resources/web-1");
  Resource resource;
  ASSERT_TRUE(resources_->GetResource(Context().get(), request, &resource).ok());
  EXPECT_EQ(resource.address(), "ssh://root@web-1");
  const grpc::Status again = Create("web-1");
  EXPECT_EQ(again.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(again)->resource_name(), "resources/web-1");
}

TEST_F(ResourceTest, AnEmptyCreateGetsAllViolations) {
  Resource resource;
  const grpc::Status status = resources_->CreateResource(Context().get(), {}, &resource);
  EXPECT_THAT(BadFields(status), Contains("resource_id"));
  EXPECT_GE(BadFields(status).size(), 2u);
}

TEST_F(ResourceTest, WhatIsNotThereIsNotFoundByEveryCall) {
  Resource resource;
  google::protobuf::Empty empty;
  const std::string name = "resources/nope";
  provision::v1::GetResourceRequest get;
  provision::v1::UpdateResourceRequest update;
  provision::v1::DeleteResourceRequest remove;
  provision::v1::DisableResourceRequest disable;
  provision::v1::EnableResourceRequest enable;
  provision::v1::TrustResourceRequest trust;
  get.set_name(name), remove.set_name(name), disable.set_name(name), enable.set_name(name), trust.set_name(name);
  update.mutable_resource()->set_name(name);
  update.mutable_resource()->set_address("ssh://root@nope");
  trust.set_host_key("SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
  const std::vector<grpc::Status> all = {resources_->GetResource(Context().get(), get, &resource),
                                         resources_->UpdateResource(Context().get(), update, &resource),
                                         resources_->DeleteResource(Context().get(), remove, &empty),
                                         resources_->DisableResource(Context().get(), disable, &resource),
                                         resources_->EnableResource(Context().get(), enable, &resource),
                                         resources_->TrustResource(Context().get(), trust, &resource)};
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].error_code(), grpc::StatusCode::NOT_FOUND) << i << " " << all[i].error_message();
    const auto info = DetailOf<google::rpc::ResourceInfo>(all[i]);
    ASSERT_TRUE(info.has_value()) << i;
    EXPECT_EQ(info->resource_name(), name);
  }
}

TEST_F(ResourceTest, NamesAreChecked) {
  Resource resource;
  google::protobuf::Empty empty;
  EXPECT_THAT(BadFields(resources_->GetResource(Context().get(), {}, &resource)), ElementsAre("name"));
  EXPECT_THAT(BadFields(resources_->DeleteResource(Context().get(), {}, &empty)), ElementsAre("name"));
  EXPECT_THAT(BadFields(resources_->DisableResource(Context().get(), {}, &resource)), ElementsAre("name"));
  EXPECT_THAT(BadFields(resources_->EnableResource(Context().get(), {}, &resource)), ElementsAre("name"));
  EXPECT_THAT(BadFields(resources_->TrustResource(Context().get(), {}, &resource)), Contains("name"));
}

TEST_F(ResourceTest, AnOldEtagIsAborted) {
  ASSERT_TRUE(Create("web-1").ok());
  provision::v1::UpdateResourceRequest request;
  request.mutable_resource()->set_name("resources/web-1");
  request.mutable_resource()->set_address("ssh://root@web-1");
  request.mutable_resource()->set_etag("old");
  Resource resource;
  const grpc::Status status = resources_->UpdateResource(Context().get(), request, &resource);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED) << status.error_message();
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status)->reason(), "ETAG_MISMATCH");
}

TEST_F(ResourceTest, PagesByNameAndSelector) {
  for (int i = 10; i < 25; ++i) ASSERT_TRUE(Create("web-" + std::to_string(i), i % 2 == 0 ? "even" : "odd").ok());
  provision::v1::ListResourcesRequest request;
  request.set_label_selector("role=even");
  request.set_page_size(3);
  std::vector<std::string> names;
  do {
    provision::v1::ListResourcesResponse response;
    ASSERT_TRUE(resources_->ListResources(Context().get(), request, &response).ok());
    for (const Resource& resource : response.resources()) names.push_back(resource.name());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(names.size(), 8u);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));

  provision::v1::ListResourcesResponse response;
  request.set_label_selector("role");
  EXPECT_THAT(BadFields(resources_->ListResources(Context().get(), request, &response)), ElementsAre("label_selector"));
  request.set_label_selector("");
  request.set_page_token("garbage");
  EXPECT_THAT(BadFields(resources_->ListResources(Context().get(), request, &response)), ElementsAre("page_token"));
}

}  // namespace
}  // namespace pe
