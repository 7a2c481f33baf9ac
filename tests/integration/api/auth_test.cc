#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <future>

#include "absl/strings/match.h"
#include "server/api/permissions.h"
#include "tests/integration/api/api_fixture.h"

namespace pe {
namespace {

using ::testing::HasSubstr;
using AuthTest = ApiFixture;

// One call of any method with an empty message; streams end with their first status.
grpc::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                     grpc::ClientContext* context) {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  auto call = stub.PrepareCall(context, method, &queue);
  call->StartCall(nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (ok) {
    call->WriteLast(request, grpc::WriteOptions(), nullptr);
    queue.Next(&tag, &ok);
    grpc::ByteBuffer answer;  // a status comes only after the messages before it were read
    do {
      call->Read(&answer, nullptr);
      queue.Next(&tag, &ok);
    } while (ok);
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
  return status;
}

TEST_F(AuthTest, EveryMethodOnTcpWantsTheTokenUnlessItIsOpenToAnyone) {
  const auto channel = TcpChannel();
  int refused = 0;
  for (const Permission& permission : Permissions()) {
    if (permission.access == Access::kAnyone) continue;
    const auto missing = CallRaw(channel, permission.method, Context().get());
    EXPECT_EQ(missing.error_code(), grpc::StatusCode::UNAUTHENTICATED)
        << permission.method << " " << missing.error_message();
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(missing)->reason(), "TOKEN_MISSING") << permission.method;
    const auto wrong = CallRaw(channel, permission.method, ContextWithToken("Bearer wrong").get());
    EXPECT_EQ(wrong.error_code(), grpc::StatusCode::UNAUTHENTICATED) << permission.method;
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(wrong)->reason(), "TOKEN_WRONG") << permission.method;
    const auto right = CallRaw(channel, permission.method, ContextWithToken(std::string("bearer ") + kToken).get());
    EXPECT_NE(right.error_code(), grpc::StatusCode::UNAUTHENTICATED) << permission.method;
    EXPECT_NE(right.error_code(), grpc::StatusCode::UNIMPLEMENTED) << permission.method;
    ++refused;
  }
  EXPECT_GE(refused, 16);
}

TEST_F(AuthTest, OtherSchemesAndBlanksAreRefused) {
  for (const char* value : {"", "Bearer", "Bearer ", "Basic a-token-of-this-test", "a-token-of-this-test"}) {
    const auto status = CallRaw(TcpChannel(), "/provision.v1.ProvisionService/List", ContextWithToken(value).get());
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << value;
  }
}

TEST_F(AuthTest, AMethodThatDoesNotExistIsUnimplemented) {
  EXPECT_EQ(CallRaw(UnixChannel(), "/provision.v1.ProvisionService/Destroy", Context().get()).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(AuthTest, TheCallerIsRecorded) {
  provision::v1::ProvisionRequest request;
  request.mutable_spec()->set_name("hello");
  request.mutable_spec()->set_version("1.0.0");
  request.add_targets()->mutable_inline_()->set_address("local://localhost");
  request.set_validate_only(true);
  provision::v1::Job job;
  ASSERT_TRUE(jobs_->Provision(Context().get(), request, &job).ok());
  EXPECT_EQ(engine_.last_caller(), geteuid() == 0 ? "uid 0" : "unix socket");
  const auto tcp = provision::v1::ProvisionService::NewStub(TcpChannel());
  ASSERT_TRUE(tcp->Provision(ContextWithToken(std::string("Bearer ") + kToken).get(), request, &job).ok());
  EXPECT_EQ(engine_.last_caller(), "token");
}

TEST_F(AuthTest, TheSocketIsForItsOwnerAlone) {
  struct stat info {};
  ASSERT_EQ(stat(api_->unix_socket().c_str(), &info), 0);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(AuthTest, ASecondListenerIsRefusedAndAStaleSocketIsReplaced) {
  const auto second = ApiServer::Open({.unix_socket = api_->unix_socket()});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("another process listens"));
  const std::string stale = folder_ + "/stale";
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  stale.copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  close(fd);
  EXPECT_TRUE(ApiServer::Open({.unix_socket = stale}).ok());
  EXPECT_FALSE(ApiServer::Open({.unix_socket = folder_ + "/" + std::string(120, 'x')}).ok());
  EXPECT_FALSE(ApiServer::Open({.tcp = "127.0.0.1:0"}).ok());  // no token
  EXPECT_FALSE(ApiServer::Open({.tcp = "0.0.0.0:0", .token = "t"}).ok());
}

}  // namespace
}  // namespace pe
