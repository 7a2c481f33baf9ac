// A whole ApiServer in this process, over a FakeEngine and a MemoryStore, with a unix socket and a TCP port of its own.
#ifndef TESTS_INTEGRATION_API_API_FIXTURE_H_
#define TESTS_INTEGRATION_API_API_FIXTURE_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "provision/v1/provision_service.grpc.pb.h"
#include "provision/v1/resource_service.grpc.pb.h"
#include "server/api/api_server.h"
#include "storage/memory/memory_store.h"
#include "tests/integration/api/fake_engine.h"

namespace pe {

inline constexpr char kToken[] = "a-token-of-this-test";

class ApiFixture : public ::testing::Test {
 protected:
  // `changed`: heartbeat and stall times that a test shortens.
  void Start(ApiOptions changed = {});
  void SetUp() override;
  void TearDown() override;

  std::shared_ptr<grpc::Channel> UnixChannel() const;
  std::shared_ptr<grpc::Channel> TcpChannel() const;

  std::string folder_;
  SystemClock clock_;
  MemoryStore store_;
  EventHub hub_;
  FakeEngine engine_{&store_, &hub_};
  std::unique_ptr<ApiServer> api_;
  std::unique_ptr<provision::v1::ProvisionService::Stub> jobs_;      // on the unix socket
  std::unique_ptr<provision::v1::ResourceService::Stub> resources_;  // the same
};

// A context that gives up instead of hanging a test.
std::unique_ptr<grpc::ClientContext> Context();
std::unique_ptr<grpc::ClientContext> ContextWithToken(const std::string& authorization);

// The detail of a type in a status' google.rpc.Status; nullopt when it has none.
template <typename Detail>
std::optional<Detail> DetailOf(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return std::nullopt;
  Detail detail;
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

// Field paths of a status' BadRequest, in order.
std::vector<std::string> BadFields(const grpc::Status& status);

}  // namespace pe

#endif  // TESTS_INTEGRATION_API_API_FIXTURE_H_
