#include "tests/integration/api/api_fixture.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"

namespace pe {

void ApiFixture::SetUp() {
  std::string pattern = "/tmp/pe_api.XXXXXX";  // a short path: a socket's name has at most 107 bytes
  folder_ = mkdtemp(pattern.data());
  Start();
}

void ApiFixture::Start(ApiOptions changed) {
  api_ = nullptr;
  changed.unix_socket = folder_ + "/s";
  changed.tcp = "127.0.0.1:0";
  changed.token = kToken;
  auto opened = ApiServer::Open(changed);
  ASSERT_TRUE(opened.ok()) << opened.status();
  api_ = *std::move(opened);
  const absl::Status served =
      api_->Serve({&engine_, &store_, &hub_, &clock_, [](const EngineCounts&, int64_t) { return "pe_x 1\n"; }});
  ASSERT_TRUE(served.ok()) << served;
  jobs_ = provision::v1::ProvisionService::NewStub(UnixChannel());
  resources_ = provision::v1::ResourceService::NewStub(UnixChannel());
}

void ApiFixture::TearDown() {
  api_ = nullptr;
  std::filesystem::remove_all(folder_);
}

namespace {

// Each channel a connection of its own.
grpc::ChannelArguments OwnConnection() {
  static std::atomic<int> next{0};
  grpc::ChannelArguments arguments;
  arguments.SetInt("pe.test.channel", ++next);
  return arguments;
}

}  // namespace

std::shared_ptr<grpc::Channel> ApiFixture::UnixChannel() const {
  return grpc::CreateCustomChannel("unix:" + api_->unix_socket(), grpc::InsecureChannelCredentials(), OwnConnection());
}

std::shared_ptr<grpc::Channel> ApiFixture::TcpChannel() const {
  return grpc::CreateCustomChannel(api_->tcp_address(), grpc::InsecureChannelCredentials(), OwnConnection());
}

std::unique_ptr<grpc::ClientContext> Context() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  return context;
}

std::unique_ptr<grpc::ClientContext> ContextWithToken(const std::string& authorization) {
  auto context = Context();
  context->AddMetadata("authorization", authorization);
  return context;
}

std::vector<std::string> BadFields(const grpc::Status& status) {
  std::vector<std::string> fields;
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  if (!bad.has_value()) return fields;
  for (const auto& violation : bad->field_violations()) {
    EXPECT_FALSE(violation.description().empty());
    fields.push_back(violation.field());
  }
  return fields;
}

}  // namespace pe
