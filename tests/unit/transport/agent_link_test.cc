#include "server/transport/agent_link.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/transport/link_set.h"
#include "tests/conformance/transport/recorder.h"
#include "tests/unit/transport/fake_pipe.h"

namespace pe::transport {
namespace {

using provision::agent::v1::Frame;
using testing::ElementsAre;
using testing::HasSubstr;

std::string HelloBytes(const std::string& digest, int protocol = 1) {
  Frame frame;
  frame.mutable_hello()->set_protocol(protocol);
  frame.mutable_hello()->set_digest(digest);
  std::string bytes;
  WriteFrame(frame, bytes);
  return bytes;
}

class AgentLinkTest : public testing::Test {
 protected:
  AgentLinkTest() {
    char name[] = "/tmp/pe-link-XXXXXX";
    folder_ = mkdtemp(name);
    std::ofstream(folder_ + "/pe-agent-amd64") << "the agent";
    digest_ = (*AgentFiles(folder_).Get("amd64"))->digest;
    files_ = std::make_unique<AgentFiles>(folder_);
    options_.tick_us = 3'600 * kMicrosPerSecond;
  }
  ~AgentLinkTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Connection> Connect(bool become = false) {
    AgentLink::Parts parts{.loop = &loop_,
                           .options = &options_,
                           .files = files_.get(),
                           .observer = recorder_,
                           .target = "ssh://web",
                           .user = "ops",
                           .become = become};
    return links_.Add(std::move(parts),
                      [this](std::shared_ptr<AgentLink> link) { link->Start(std::make_unique<FakePipe>(&host_)); });
  }
  CloseReason End() {
    EXPECT_TRUE(recorder_->WaitClosed());
    return recorder_->reason();
  }

  std::string folder_, digest_;
  TransportOptions options_;
  std::unique_ptr<AgentFiles> files_;
  FakeHost host_;
  std::shared_ptr<Recorder> recorder_ = std::make_shared<Recorder>();
  EventLoop loop_;
  LinkSet links_;
};

TEST_F(AgentLinkTest, OurAgentOpensAtOnce) {
  host_.on_run = [this](Program, PipeEvents* events) { events->OnBytes(HelloBytes(digest_)); };
  const auto connection = Connect();
  ASSERT_TRUE(recorder_->WaitOpen());
  EXPECT_EQ(recorder_->host_key(), "SHA256:fake");
  EXPECT_THAT(host_.programs, ElementsAre(Program::kAttach));
}

TEST_F(AgentLinkTest, SudoThatRefusesIsBecomeFailed) {
  host_.on_run = [](Program, PipeEvents* events) {
    events->OnEnd({.exit_code = 1, .error_text = "sudo: a password is required\n"});
  };
  const auto connection = Connect(true);
  const CloseReason reason = End();
  EXPECT_EQ(reason.code, "BECOME_FAILED");
  EXPECT_THAT(reason.message, HasSubstr("sudo: a password is required"));
  EXPECT_THAT(reason.message, HasSubstr("NOPASSWD"));
  EXPECT_FALSE(reason.retryable);
  EXPECT_THAT(host_.programs, ElementsAre(Program::kAttach, Program::kReceive));
}

TEST_F(AgentLinkTest, AFailureAfterTheGreetingIsThePushs) {
  host_.on_run = [](Program program, PipeEvents* events) {
    if (program == Program::kReceive) events->OnBytes("PE1 x86_64 0\n");
    events->OnEnd({.exit_code = 1, .error_text = "mkdir: No space left on device\n"});
  };
  const auto connection = Connect(true);
  EXPECT_EQ(End().code, "AGENT_PUSH_FAILED");
  EXPECT_THAT(End().message, HasSubstr("No space left"));
}

TEST_F(AgentLinkTest, PushesWhatTheHostWants) {
  host_.on_run = [&](Program program, PipeEvents* events) {
    if (program == Program::kAttach) return events->OnEnd({.exit_code = 127});
    events->OnBytes("PE1 x86_64 0\nWA");
    events->OnBytes("NT\n");
    events->OnBytes("DONE\n" + HelloBytes(digest_));
  };
  const auto connection = Connect();
  ASSERT_TRUE(recorder_->WaitOpen()) << End().message;
  EXPECT_EQ(host_.written, digest_ + " 9\nthe agent");
}

TEST_F(AgentLinkTest, APushOverASlowLinkGetsTheTimeThatItsBytesNeed) {
  options_.hello_timeout_us = kMicrosPerSecond / 20;
  options_.slowest_push_bytes_per_s = 1;  // "the agent": 9 s
  host_.on_run = [&](Program program, PipeEvents* events) {
    if (program == Program::kAttach) return events->OnEnd({.exit_code = 127});
    events->OnBytes("PE1 x86_64 0\nWANT\n");
    loop_.After(kMicrosPerSecond / 4, [this, events] { events->OnBytes("DONE\n" + HelloBytes(digest_)); });
  };
  const auto connection = Connect();
  ASSERT_TRUE(recorder_->WaitOpen()) << End().message;
}

TEST_F(AgentLinkTest, AHostThatHasItIsSentNothing) {
  host_.on_run = [&](Program program, PipeEvents* events) {
    if (program == Program::kAttach) return events->OnBytes(HelloBytes("another"));
    events->OnBytes("PE1 x86_64 0\nHAVE\nDONE\n" + HelloBytes("another"));
  };
  const auto connection = Connect();
  ASSERT_TRUE(recorder_->WaitOpen()) << End().message;
  EXPECT_EQ(host_.written, digest_ + " 9\n");
  EXPECT_EQ(recorder_->hello().digest(), "another") << "it has a run to finish";
}

TEST_F(AgentLinkTest, AnotherProtocolAfterThePushIsTheEnd) {
  host_.on_run = [&](Program program, PipeEvents* events) {
    if (program == Program::kReceive) events->OnBytes("PE1 x86_64 0\nHAVE\nDONE\n");
    events->OnBytes(HelloBytes("another", 2));
  };
  const auto connection = Connect();
  EXPECT_EQ(End().code, "PROTOCOL_ERROR");
}

TEST_F(AgentLinkTest, WithoutRootNothingIsPushed) {
  host_.on_run = [](Program program, PipeEvents* events) {
    if (program == Program::kAttach) return events->OnEnd({.exit_code = 126});
    events->OnBytes("PE1 x86_64 1000\n");
  };
  const auto connection = Connect();
  EXPECT_EQ(End().code, "UNSUPPORTED");
  EXPECT_THAT(End().message, HasSubstr("become"));
  EXPECT_EQ(host_.written, "");
}

TEST_F(AgentLinkTest, FramesThatWaitLeaveAfterHello) {
  PipeEvents* events = nullptr;
  host_.on_run = [&](Program, PipeEvents* of) { events = of; };
  const auto connection = Connect();
  Frame frame;
  frame.mutable_gather_facts();
  EXPECT_TRUE(connection->Send(frame));
  loop_.Post([&] {
    EXPECT_EQ(host_.written, "");
    events->OnBytes(HelloBytes(digest_));
  });
  ASSERT_TRUE(recorder_->WaitOpen());
  std::string bytes;
  WriteFrame(frame, bytes);
  connection->Close();
  End();
  EXPECT_EQ(host_.written, bytes);
}

TEST_F(AgentLinkTest, AnEndAndACloseAtOnceAreOneEnd) {
  PipeEvents* events = nullptr;
  host_.on_run = [&](Program, PipeEvents* of) {
    events = of;
    of->OnBytes(HelloBytes(digest_));
  };
  const auto connection = Connect();
  ASSERT_TRUE(recorder_->WaitOpen());
  loop_.Post([&] {
    connection->Close();
    events->OnBytes(HelloBytes(digest_));
    events->OnEnd({.exit_code = 0});
    events->OnEnd({.exit_code = 0});
  });
  End();
  EXPECT_EQ(recorder_->closes(), 1);
  EXPECT_EQ(recorder_->frames().size(), 0u) << "nothing is delivered after Close";
}

TEST_F(AgentLinkTest, WritesAloneDoNotKeepADeadPeerAlive) {
  options_.tick_us = kMicrosPerMilli;
  host_.on_run = [&](Program, PipeEvents* events) { events->OnBytes(HelloBytes(digest_)); };
  const auto connection = Connect();
  EXPECT_EQ(End().code, "CONNECTION_LOST");
  EXPECT_NE(host_.written, "") << "it was pinged";
}

}  // namespace
}  // namespace pe::transport
