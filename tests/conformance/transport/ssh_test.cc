// What both ssh transports promise beyond the others: who the host is, who logs in, how the agent comes there.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/transport/transport_world.h"

namespace pe {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Listens on loopback and says nothing, ever.
class BlackHole {
 public:
  BlackHole() {
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(listen(fd_, 16), 0);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~BlackHole() { close(fd_); }
  int port() const { return port_; }

 private:
  int fd_;
  int port_;
};

class SshTransportTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!world_.WhyNot().empty()) GTEST_SKIP() << world_.WhyNot();
  }
  CloseReason EndOf(const ConnectRequest& request) {
    const auto recorder = std::make_shared<Recorder>();
    const auto connection = world_.transport().Connect(request, recorder);
    EXPECT_TRUE(recorder->WaitClosed());
    EXPECT_EQ(recorder->opens(), 0);
    return recorder->reason();
  }
  // Opens, and gives back the digest of the agent that answered.
  std::string OpenOnce() {
    const auto recorder = std::make_shared<Recorder>();
    const auto connection = world_.Connect(recorder);
    EXPECT_TRUE(recorder->WaitOpen()) << recorder->reason().code << ": " << recorder->reason().message;
    return recorder->hello().digest();
  }
  std::string Agent(const std::string& digest) { return world_.host_folder() + "/bin/pe-agent-" + digest; }
  std::string Link() { return fs::read_symlink(world_.host_folder() + "/bin/pe-agent").string(); }

  TransportWorld world_{GetParam()};
};

TEST_P(SshTransportTest, UnknownHostKeyIsShownAndNothingIsTried) {
  ConnectRequest request = world_.Request();
  request.host_key = "";
  request.credential.key_files = {"/nowhere/key"};  // a login that was tried would say so
  const CloseReason reason = EndOf(request);
  EXPECT_EQ(reason.code, "HOST_KEY_UNKNOWN") << reason.message;
  EXPECT_EQ(reason.offered_host_key, world_.sshd().fingerprint());
  EXPECT_FALSE(reason.retryable);
}

TEST_P(SshTransportTest, ChangedHostKeyIsAHardStop) {
  ConnectRequest request = world_.Request();
  request.host_key = "SHA256:" + std::string(43, 'A');
  const CloseReason reason = EndOf(request);
  EXPECT_EQ(reason.code, "HOST_KEY_CHANGED") << reason.message;
  EXPECT_EQ(reason.offered_host_key, world_.sshd().fingerprint());
  EXPECT_FALSE(reason.retryable);
  EXPECT_FALSE(fs::exists(world_.host_folder())) << "something was sent";
}

TEST_P(SshTransportTest, RefusesAPinThatIsNoFingerprint) {
  ConnectRequest request = world_.Request();
  for (const char* pin : {"MD5:aa:bb", "SHA256:short", "SHA256:%K%K%K%K%K%K%K%K%K%K%K%K%K%K%K%K%K%K%K%K%K%"}) {
    request.host_key = pin;
    EXPECT_EQ(EndOf(request).code, "UNSUPPORTED") << pin;
  }
}

TEST_P(SshTransportTest, ForeignKeyIsRefused) {
  MakeKey(world_.folder() + "/foreign");
  ConnectRequest request = world_.Request();
  request.credential.key_files = {world_.folder() + "/foreign"};
  const CloseReason reason = EndOf(request);
  EXPECT_EQ(reason.code, "AUTHENTICATION_FAILED");
  EXPECT_FALSE(reason.retryable);
  EXPECT_THAT(reason.message, HasSubstr("authorized_keys"));
}

TEST_P(SshTransportTest, TriesKeysInTheirOrder) {
  MakeKey(world_.folder() + "/foreign", "rsa");
  ConnectRequest request = world_.Request();
  request.credential.key_files = {world_.folder() + "/foreign", world_.sshd().user_key()};
  const auto recorder = std::make_shared<Recorder>();
  const auto connection = world_.transport().Connect(request, recorder);
  EXPECT_TRUE(recorder->WaitOpen()) << recorder->reason().message;
}

TEST_P(SshTransportTest, MissingKeyFileIsNamed) {
  ConnectRequest request = world_.Request();
  request.credential.key_files = {"/nowhere/key"};
  const CloseReason reason = EndOf(request);
  EXPECT_EQ(reason.code, "AUTHENTICATION_FAILED");
}

TEST_P(SshTransportTest, RefusedPort) {
  ConnectRequest request = world_.Request();
  request.address.port = UnusedPort();
  const CloseReason reason = EndOf(request);
  EXPECT_EQ(reason.code, "CONNECT_REFUSED") << reason.message;
  EXPECT_TRUE(reason.retryable);
}

TEST_P(SshTransportTest, BlackHoleTimesOut) {
  BlackHole hole;
  world_.options().connect_timeout_us = 300 * kMicrosPerMilli;
  ConnectRequest request = world_.Request();
  request.address.port = hole.port();
  const CloseReason reason = EndOf(request);
  EXPECT_EQ(reason.code, "CONNECT_TIMEOUT") << reason.message;
  EXPECT_TRUE(reason.retryable);
}

TEST_P(SshTransportTest, NoSshServerAtAll) {
  ConnectRequest request = world_.Request();
  BlackHole hole;
  request.address.host = "no-such-host.invalid";
  const CloseReason reason = EndOf(request);
  EXPECT_EQ(reason.code, "NAME_NOT_FOUND") << reason.message;
}

TEST_P(SshTransportTest, HostsThatLookLikeOptionsAreNoOptions) {
  ConnectRequest request = world_.Request();
  request.address.host = "-oProxyCommand=touch " + world_.folder() + "/owned";
  const CloseReason reason = EndOf(request);
  EXPECT_TRUE(reason.code == "UNSUPPORTED" || reason.code == "NAME_NOT_FOUND") << reason.code;
  EXPECT_FALSE(fs::exists(world_.folder() + "/owned"));
}

TEST_P(SshTransportTest, BringsTheAgentOnce) {
  const std::string digest = OpenOnce();
  EXPECT_EQ(Link(), "pe-agent-" + digest);
  struct stat first, second, folder;
  ASSERT_EQ(stat(Agent(digest).c_str(), &first), 0);
  EXPECT_EQ(first.st_mode & 07777, 0700u);
  ASSERT_EQ(stat((world_.host_folder() + "/bin").c_str(), &folder), 0);
  EXPECT_EQ(folder.st_mode & 07777, 0700u);

  EXPECT_EQ(OpenOnce(), digest);
  ASSERT_EQ(stat(Agent(digest).c_str(), &second), 0);
  EXPECT_EQ(first.st_ino, second.st_ino);
  EXPECT_EQ(first.st_ctim.tv_nsec, second.st_ctim.tv_nsec);
}

TEST_P(SshTransportTest, BringsTheNextRelease) {
  const std::string before = OpenOnce();
  world_.ReleaseAgent();
  const std::string after = OpenOnce();
  EXPECT_NE(before, after);
  EXPECT_EQ(Link(), "pe-agent-" + after);
}

TEST_P(SshTransportTest, ReplacesABinaryWhoseContentIsNotItsName) {
  const std::string digest = OpenOnce();
  std::ofstream(Agent(digest), std::ios::trunc) << "#!/bin/sh\necho owned\n";
  EXPECT_EQ(OpenOnce(), digest);
  EXPECT_GT(fs::file_size(Agent(digest)), 1000u);
}

TEST_P(SshTransportTest, ReplacesABrokenLink) {
  const std::string digest = OpenOnce();
  fs::remove(world_.host_folder() + "/bin/pe-agent");
  fs::create_symlink("pe-agent-none", world_.host_folder() + "/bin/pe-agent");
  EXPECT_EQ(OpenOnce(), digest);
  EXPECT_EQ(Link(), "pe-agent-" + digest);
}

TEST_P(SshTransportTest, WorksWithAnotherAgentThatStillAnswers) {
  world_.SetAgentMode("other-digest");
  EXPECT_EQ(OpenOnce(), std::string(64, '0'));
}

TEST_P(SshTransportTest, LeavesNothingBesideTheAgent) {
  OpenOnce();
  size_t entries = 0;
  for (const auto& entry : fs::directory_iterator(world_.host_folder() + "/bin")) {
    ++entries;
    EXPECT_THAT(entry.path().filename().string(), testing::StartsWith("pe-agent"));
  }
  EXPECT_EQ(entries, 2u);
}

TEST_P(SshTransportTest, DoesNotUseAFolderOfSomebodyElse) {
  fs::create_directories(world_.host_folder() + "/bin");
  ASSERT_EQ(chown((world_.host_folder() + "/bin").c_str(), 65534, 65534), 0);
  const CloseReason reason = EndOf(world_.Request());
  EXPECT_EQ(reason.code, "AGENT_PUSH_FAILED") << reason.message;
  EXPECT_THAT(reason.message, HasSubstr("belongs to somebody else"));
}

TEST_P(SshTransportTest, SaysWhatIsMissingOnTheEnginesMachine) {
  ConnectRequest request = world_.Request();
  fs::remove_all(world_.folder() + "/binaries");
  const CloseReason reason = EndOf(request);
  EXPECT_EQ(reason.code, "AGENT_PUSH_FAILED") << reason.message;
  EXPECT_THAT(reason.message, HasSubstr("pe-agent-"));
}

// sshd drops every further unauthenticated connection here, so that the bound is what makes this pass.
TEST_P(SshTransportTest, HonoursMaxStartups) {
  world_.Configure("MaxStartups 8:100:8");
  OpenOnce();
  std::vector<std::shared_ptr<Recorder>> recorders;
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < 40; ++i) {
    recorders.push_back(std::make_shared<Recorder>());
    connections.push_back(world_.Connect(recorders.back()));
  }
  for (const auto& recorder : recorders) ASSERT_TRUE(recorder->WaitOpen()) << recorder->reason().message;
}

INSTANTIATE_TEST_SUITE_P(All, SshTransportTest, testing::Values("ssh", "openssh"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace pe
