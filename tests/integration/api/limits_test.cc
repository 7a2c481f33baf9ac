#include "server/api/limits.h"

#include "tests/integration/api/api_fixture.h"

namespace pe {
namespace {

using LimitsTest = ApiFixture;

TEST_F(LimitsTest, ARequestThatIsTooLargeIsRefused) {
  provision::v1::ProvisionRequest request;
  request.mutable_spec()->set_name(std::string(kMaxRequestBytes + 1, 'x'));
  provision::v1::Job job;
  EXPECT_EQ(jobs_->Provision(Context().get(), request, &job).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(LimitsTest, MetadataThatIsTooLargeIsRefused) {
  const auto context = Context();
  context->AddMetadata("x-large", std::string(kMaxMetadataBytes + 1, 'x'));
  provision::v1::ListResponse response;
  EXPECT_FALSE(jobs_->List(context.get(), {}, &response).ok());
  EXPECT_TRUE(jobs_->List(Context().get(), {}, &response).ok());
}

TEST_F(LimitsTest, AnErrorWithTooMuchToSayStillArrives) {
  provision::v1::ProvisionRequest request;
  request.mutable_spec()->set_name("x");
  for (int i = 0; i < 3000; ++i) {
    request.add_targets()->mutable_inline_()->set_address("nonsense://");
    request.mutable_spec()->add_steps()->set_id("not a valid id!");
  }
  provision::v1::Job job;
  const grpc::Status status = jobs_->Provision(Context().get(), request, &job);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
  EXPECT_GT(BadFields(status).size(), 10u);
}

}  // namespace
}  // namespace pe
