// What every transport promises, whatever lies between.
#include <signal.h>
#include <sys/stat.h>

#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/transport/outbox.h"
#include "tests/conformance/transport/transport_world.h"

namespace pe {
namespace {

using provision::agent::v1::Frame;
using testing::HasSubstr;

Frame Blob(size_t size, int64_t offset) {
  Frame frame;
  frame.mutable_blob_part()->set_offset(offset);
  std::string data(size, 'x');
  for (size_t i = 0; i < size; i += 997) data[i] = static_cast<char>(i * 31 + static_cast<size_t>(offset));
  *frame.mutable_blob_part()->mutable_data() = std::move(data);
  return frame;
}

// The fields of /proc/PID/stat after the name.
pid_t ParentOf(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string word, state;
  while (file >> word && word.back() != ')') {
  }
  pid_t parent = 0;
  file >> state >> parent;
  return parent;
}

class TransportTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!world_.WhyNot().empty()) GTEST_SKIP() << world_.WhyNot();
  }

  // Connects and waits; fails the test when it does not open.
  std::unique_ptr<Connection> Open() {
    auto connection = world_.Connect(recorder_);
    EXPECT_TRUE(recorder_->WaitOpen()) << recorder_->reason().code << ": " << recorder_->reason().message;
    return connection;
  }
  // What is killed when "the host goes away": the process next to us that carries the stream.
  pid_t Carrier() {
    int agent = 0;
    EXPECT_TRUE(absl::SimpleAtoi(recorder_->hello().version(), &agent));
    return world_.over_ssh() ? ParentOf(agent) : agent;
  }
  void ExpectEnd(absl::string_view code) {
    ASSERT_TRUE(recorder_->WaitClosed());
    EXPECT_EQ(recorder_->reason().code, std::string(code)) << recorder_->reason().message;
    EXPECT_EQ(recorder_->late(), 0);
  }

  TransportWorld world_{GetParam()};
  std::shared_ptr<Recorder> recorder_ = std::make_shared<Recorder>();
};

TEST_P(TransportTest, OpensWithHello) {
  const auto connection = Open();
  EXPECT_EQ(recorder_->hello().protocol(), 1);
  EXPECT_EQ(recorder_->hello().digest().size(), 64u);
  EXPECT_EQ(recorder_->host_key(), world_.over_ssh() ? world_.sshd().fingerprint() : "");
  EXPECT_EQ(recorder_->closes(), 0);
}

TEST_P(TransportTest, CarriesFramesUpToTheLimit) {
  const auto connection = Open();
  std::vector<Frame> sent;
  for (const size_t size : {0u, 1u, 70'000u, (1u << 20) - 32u}) sent.push_back(Blob(size, static_cast<int64_t>(size)));
  for (const Frame& frame : sent) ASSERT_TRUE(connection->Send(frame));
  ASSERT_TRUE(recorder_->WaitFrames(sent.size())) << recorder_->reason().message;
  for (size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(recorder_->frames()[i].SerializeAsString(), sent[i].SerializeAsString()) << i;
  }
}

TEST_P(TransportTest, KeepsTheOrderOfAThousandFrames) {
  const auto connection = Open();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(connection->Send(Blob(static_cast<size_t>(i), i)));
  ASSERT_TRUE(recorder_->WaitFrames(1000)) << recorder_->reason().message;
  const std::vector<Frame> frames = recorder_->frames();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(frames[static_cast<size_t>(i)].blob_part().offset(), i);
}

TEST_P(TransportTest, PassesOnPongsOfTheEnginesOwnPings) {
  const auto connection = Open();
  Frame ping;
  ping.mutable_ping()->set_nonce(42);
  ASSERT_TRUE(connection->Send(ping));
  ASSERT_TRUE(recorder_->WaitFrames(1));
  EXPECT_EQ(recorder_->frames()[0].pong().nonce(), 42);
}

TEST_P(TransportTest, ClosesOnceAndIsIdempotent) {
  auto connection = Open();
  connection->Close();
  connection->Close();
  ExpectEnd("");
  EXPECT_FALSE(connection->Send(Blob(1, 0)));
  connection->Close();
  connection = nullptr;
  world_.EndTransport();
  EXPECT_EQ(recorder_->closes(), 1);
}

TEST_P(TransportTest, DroppingTheConnectionClosesIt) {
  Open() = nullptr;
  ExpectEnd("");
  EXPECT_EQ(recorder_->closes(), 1);
}

TEST_P(TransportTest, ClosingWhileConnectingEndsItOnce) {
  world_.SetAgentMode("silent");
  world_.Connect(recorder_)->Close();
  ExpectEnd("");
  world_.EndTransport();
  EXPECT_EQ(recorder_->opens(), 0);
  EXPECT_EQ(recorder_->closes(), 1);
}

TEST_P(TransportTest, EndOfTheTransportClosesWhatIsOpen) {
  const auto connection = Open();
  world_.EndTransport();
  EXPECT_EQ(recorder_->closes(), 1);
  EXPECT_EQ(recorder_->reason().code, "");
  EXPECT_FALSE(connection->Send(Blob(1, 0)));
}

TEST_P(TransportTest, BoundsWhatWaitsToBeSent) {
  world_.SetAgentMode("deaf");
  const auto connection = Open();
  size_t taken = 0;
  const Frame frame = Blob(500'000, 0);
  while (taken < 100 && connection->Send(frame)) ++taken;
  // The bound and what fits into the buffers between; not everything.
  EXPECT_GT(taken * 500'000, transport::kMaxWaitingBytes);
  EXPECT_LT(taken, 100u);
  connection->Close();
  ExpectEnd("");
}

TEST_P(TransportTest, LosesTheConnectionOnceWhenTheCarrierDies) {
  const auto connection = Open();
  ASSERT_EQ(kill(Carrier(), SIGKILL), 0);
  ExpectEnd("CONNECTION_LOST");
  EXPECT_TRUE(recorder_->reason().retryable);
  EXPECT_FALSE(connection->Send(Blob(1, 0)));
  world_.EndTransport();
  EXPECT_EQ(recorder_->closes(), 1);
}

TEST_P(TransportTest, LosesAPeerThatFallsSilent) {
  world_.options().tick_us = 50 * kMicrosPerMilli;
  const auto connection = Open();
  const pid_t carrier = Carrier();
  ASSERT_EQ(kill(carrier, SIGSTOP), 0);
  ExpectEnd("CONNECTION_LOST");
  EXPECT_THAT(recorder_->reason().message, HasSubstr("silent"));
  kill(carrier, SIGKILL);
}

TEST_P(TransportTest, KeepsAnIdlePeerByPings) {
  world_.options().tick_us = 10 * kMicrosPerMilli;
  const auto connection = Open();
  // Several times what ends a silent connection; each answer is its own proof that it lives.
  auto other = std::make_shared<Recorder>();
  for (int i = 0; i < 3; ++i) {
    other = std::make_shared<Recorder>();
    const auto waiting = world_.Connect(other);
    ASSERT_TRUE(other->WaitOpen());
  }
  ASSERT_TRUE(connection->Send(Blob(1, 7)));
  ASSERT_TRUE(recorder_->WaitFrames(1)) << recorder_->reason().message;
  EXPECT_EQ(recorder_->frames().size(), 1u) << "pongs of the transport's own pings are its own affair";
}

TEST_P(TransportTest, RefusesGarbage) {
  world_.SetAgentMode("garbage");
  const auto connection = world_.Connect(recorder_);
  ExpectEnd("PROTOCOL_ERROR");
  EXPECT_EQ(recorder_->opens(), 0);
}

TEST_P(TransportTest, RefusesAFrameThatIsTooLong) {
  world_.SetAgentMode("oversized");
  const auto connection = world_.Connect(recorder_);
  ExpectEnd("PROTOCOL_ERROR");
  EXPECT_THAT(recorder_->reason().message, HasSubstr("1048577"));
}

TEST_P(TransportTest, RefusesAnotherProtocol) {
  world_.SetAgentMode("protocol");
  const auto connection = world_.Connect(recorder_);
  ExpectEnd("PROTOCOL_ERROR");
  EXPECT_THAT(recorder_->reason().message, HasSubstr("protocol 2"));
}

TEST_P(TransportTest, TellsWhatTheAgentSaidBeforeItEnded) {
  world_.SetAgentMode("exit");
  const auto connection = world_.Connect(recorder_);
  ExpectEnd("AGENT_FAILED");
  EXPECT_THAT(recorder_->reason().message, HasSubstr("no space for the journal"));
  EXPECT_THAT(recorder_->reason().message, HasSubstr("exit code 9"));
}

TEST_P(TransportTest, DoesNotWaitForeverForHello) {
  world_.options().hello_timeout_us = 300 * kMicrosPerMilli;
  world_.options().connect_timeout_us = world_.options().login_timeout_us = kMicrosPerSecond;
  world_.SetAgentMode("silent");
  const auto connection = world_.Connect(recorder_);
  ExpectEnd("AGENT_FAILED");
  EXPECT_TRUE(recorder_->reason().retryable);
}

TEST_P(TransportTest, FiftyConnectionsAtOnce) {
  std::vector<std::shared_ptr<Recorder>> recorders;
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < 50; ++i) {
    recorders.push_back(std::make_shared<Recorder>());
    connections.push_back(world_.Connect(recorders.back()));
  }
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(recorders[static_cast<size_t>(i)]->WaitOpen())
        << i << ": " << recorders[static_cast<size_t>(i)]->reason().message;
    ASSERT_TRUE(connections[static_cast<size_t>(i)]->Send(Blob(10'000, i)));
  }
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(recorders[static_cast<size_t>(i)]->WaitFrames(1))
        << i << ": " << recorders[static_cast<size_t>(i)]->reason().message;
    EXPECT_EQ(recorders[static_cast<size_t>(i)]->frames()[0].blob_part().offset(), i);
  }
}

TEST_P(TransportTest, OpensToTheRealAgent) {
  world_.UseAgent(PE_AGENT_BINARY);
  const auto connection = Open();
  EXPECT_EQ(recorder_->hello().protocol(), 1);
  Frame ping;
  ping.mutable_ping()->set_nonce(42);
  ASSERT_TRUE(connection->Send(ping));
  ASSERT_TRUE(recorder_->WaitFrames(1)) << recorder_->reason().message;
  EXPECT_EQ(recorder_->frames()[0].pong().nonce(), 42);
}

INSTANTIATE_TEST_SUITE_P(All, TransportTest, testing::Values("local", "rootfs", "ssh", "openssh"),
                         [](const auto& info) { return std::string(info.param); });

TEST(RootfsTransportTest, WantsAnAbsoluteDirectory) {
  TransportWorld world("rootfs");
  for (const char* path : {"", "srv", "/nowhere/at/all", "/etc/passwd"}) {
    ConnectRequest request = world.Request();
    request.address.path = path;
    const auto recorder = std::make_shared<Recorder>();
    const auto connection = world.transport().Connect(request, recorder);
    ASSERT_TRUE(recorder->WaitClosed());
    EXPECT_EQ(recorder->reason().code, "UNSUPPORTED") << path;
  }
}

TEST(RootfsTransportTest, GivesTheDirectoryToTheAgent) {
  TransportWorld world("rootfs");
  const auto recorder = std::make_shared<Recorder>();
  const auto connection = world.Connect(recorder);
  ASSERT_TRUE(recorder->WaitOpen());
  ASSERT_EQ(recorder->hello().open_runs_size(), 2);  // the test agent shows its arguments there
  EXPECT_EQ(recorder->hello().open_runs(0).run(), "rootfs");
  EXPECT_EQ(recorder->hello().open_runs(1).run(), world.folder() + "/root");
}

}  // namespace
}  // namespace pe
