#include "health/v1/health.grpc.pb.h"
#include "tests/integration/api/api_fixture.h"

namespace pe {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using HealthTest = ApiFixture;

TEST_F(HealthTest, CheckAndListWithoutAToken) {
  const auto health = grpc::health::v1::Health::NewStub(TcpChannel());
  HealthCheckRequest request;
  HealthCheckResponse response;
  for (const char* service :
       {"", "provision.v1.ProvisionService", "provision.v1.ResourceService", "provision.v1.EnvironmentService"}) {
    request.set_service(service);
    ASSERT_TRUE(health->Check(Context().get(), request, &response).ok()) << service;
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  }
  request.set_service("no.Such");
  EXPECT_EQ(health->Check(Context().get(), request, &response).error_code(), grpc::StatusCode::NOT_FOUND);
  grpc::health::v1::HealthListResponse list;
  ASSERT_TRUE(health->List(Context().get(), {}, &list).ok());
  EXPECT_EQ(list.statuses_size(), 5);
}

TEST_F(HealthTest, WatchSeesTheDrain) {
  const auto health = grpc::health::v1::Health::NewStub(UnixChannel());
  const auto context = Context(), unknown_context = Context();
  HealthCheckRequest unknown;
  unknown.set_service("no.Such");
  const auto stream = health->Watch(context.get(), {});
  const auto unknown_stream = health->Watch(unknown_context.get(), unknown);
  HealthCheckResponse response;
  ASSERT_TRUE(unknown_stream->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  api_->StopAccepting();
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  HealthCheckResponse check;
  ASSERT_TRUE(health->Check(Context().get(), {}, &check).ok());  // calls still work
  EXPECT_EQ(check.status(), HealthCheckResponse::NOT_SERVING);
  api_->Shutdown(10 * kMicrosPerSecond);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace pe
