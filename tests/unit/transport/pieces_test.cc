// The small parts: gate, outbox, pinned keys, command lines.
#include <fstream>
#include <thread>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/transport/frames.h"
#include "server/transport/host_key.h"
#include "server/transport/login_gate.h"
#include "server/transport/openssh/ssh_command.h"
#include "server/transport/outbox.h"
#include "server/transport/remote_commands.h"

namespace pe::transport {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(LoginGateTest, BoundsEachAddressAndAll) {
  LoginGate gate(2, 3);
  std::vector<std::string> order;
  std::vector<std::unique_ptr<LoginGate::Slot>> slots;
  const auto enter = [&](const std::string& address, const std::string& who) {
    gate.Enter(address, [&, who](std::unique_ptr<LoginGate::Slot> slot) {
      order.push_back(who);
      slots.push_back(std::move(slot));
    });
  };
  enter("a", "a1");
  enter("a", "a2");
  enter("a", "a3");
  enter("b", "b1");
  enter("b", "b2");
  EXPECT_THAT(order, ElementsAre("a1", "a2", "b1"));
  slots[2] = nullptr;  // b1 leaves: a3 does not fit, b2 does
  EXPECT_THAT(order, ElementsAre("a1", "a2", "b1", "b2"));
  slots[0] = nullptr;
  EXPECT_THAT(order, ElementsAre("a1", "a2", "b1", "b2", "a3"));
}

TEST(LoginGateTest, DroppedWaitersAreNotCalled) {
  LoginGate gate(1, 1);
  std::unique_ptr<LoginGate::Slot> slot;
  int granted = 0;
  gate.Enter("a", [&](std::unique_ptr<LoginGate::Slot> given) { slot = std::move(given); });
  gate.Enter("a", [&](std::unique_ptr<LoginGate::Slot>) { ++granted; });
  gate.DropWaiting();
  slot = nullptr;
  EXPECT_EQ(granted, 0);
}

TEST(OutboxTest, IsBoundedAndKeepsTheOrder) {
  Outbox outbox;
  provision::agent::v1::Frame frame;
  frame.mutable_blob_part()->set_data(std::string(1'000'000, 'x'));
  int pushed = 0;
  while (outbox.Push(frame) != Outbox::Pushed::kFull) ++pushed;
  EXPECT_EQ(pushed, 9) << "the ninth exceeds 8 MiB, so the tenth is refused";
  outbox.SendRaw("header\n", nullptr);
  EXPECT_EQ(outbox.Current(false), "header\n");
  outbox.Advance(3);
  EXPECT_EQ(outbox.Current(false), "der\n");
  outbox.Advance(4);
  EXPECT_EQ(outbox.Current(false), "");
  std::string one;
  WriteFrame(frame, one);
  EXPECT_EQ(outbox.Current(true).size(), 9 * one.size());
  EXPECT_EQ(outbox.Push(frame), Outbox::Pushed::kFull) << "what is being written waits too";
  outbox.Advance(8 * one.size());
  EXPECT_EQ(outbox.Push(frame), Outbox::Pushed::kFirst);
  EXPECT_EQ(outbox.Push(frame), Outbox::Pushed::kQueued);
}

TEST(PinnedKeyTest, IsAFingerprintOrNothing) {
  const std::string digits(43, 'a');
  EXPECT_EQ(*PinnedKey("SHA256:" + digits), "SHA256:" + digits);
  EXPECT_EQ(*PinnedKey("SHA256:" + digits + "="), "SHA256:" + digits);
  EXPECT_EQ(*PinnedKey(""), "");
  for (const std::string& bad :
       {digits, "SHA256:" + digits + "a", "sha256:" + digits, "SHA256:" + std::string(42, 'a') + " ",
        std::string("MD5:00:11"), "SHA256:" + std::string(42, 'a') + "%"}) {
    EXPECT_FALSE(PinnedKey(bad).ok()) << bad;
  }
}

TEST(RemoteCommandsTest, AreConstant) {
  const RemoteCommands commands = *RemoteCommands::Make("/var/lib/pe-agent");
  EXPECT_EQ(commands.Line(Program::kAttach, Become::kNo), "exec /var/lib/pe-agent/bin/pe-agent attach");
  EXPECT_EQ(commands.Line(Program::kAttach, Become::kSudo), "exec sudo -n /var/lib/pe-agent/bin/pe-agent attach");
  EXPECT_THAT(commands.Line(Program::kReceive, Become::kNo), testing::StartsWith("exec /bin/sh -c 'set -eu; "));
  EXPECT_THAT(commands.Line(Program::kReceive, Become::kSudo),
              testing::StartsWith("exec sudo -n /bin/sh -c 'set -eu; "));
  const std::string& line = commands.Line(Program::kReceive, Become::kNo);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\''), 2) << "any login shell must hand it on as one word";
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(RemoteCommandsTest, TakeNoPathThatAShellWouldRead) {
  for (const char* path : {"", "relative", "/a b", "/a;b", "/a'b", "/$HOME", "/a\nb"}) {
    EXPECT_FALSE(RemoteCommands::Make(path).ok()) << path;
  }
}

TEST(SshCommandTest, NamesWhatTheCredentialNames) {
  ConnectRequest request;
  request.address = {.transport = "openssh", .user = "", .host = "web-1", .port = 2222};
  request.credential = {
      .user = "ops", .key_files = {"/keys/a"}, .agent_socket = "", .ssh_config = "/etc/pe/ssh_config"};
  const std::string pinned = "SHA256:" + std::string(43, 'a');
  const ChildCommand command = SshCommand({}, request, pinned, "/tmp/x/offered", "exec true");
  const std::string line = absl::StrJoin(command.argv, " ");
  EXPECT_THAT(line, HasSubstr("/usr/bin/ssh -F /etc/pe/ssh_config "));
  EXPECT_THAT(line, HasSubstr(" -l ops -p 2222 -i /keys/a -o IdentitiesOnly=yes "));
  EXPECT_THAT(command.argv, Contains("StrictHostKeyChecking=yes"));
  EXPECT_THAT(command.argv, Contains("NoHostAuthenticationForLocalhost=no"));
  EXPECT_THAT(command.argv, Contains("BatchMode=yes"));
  ASSERT_GE(command.argv.size(), 3u);
  const std::vector<std::string> last(command.argv.end() - 3, command.argv.end());
  EXPECT_THAT(last, ElementsAre("--", "web-1", "exec true"));
  for (const std::string& variable : command.environment)
    EXPECT_THAT(variable, testing::Not(testing::StartsWith("SSH_")));
}

TEST(FrameReaderTest, RefusesAMessageThatIsNone) {
  std::string bytes;
  AppendFrame("\xff\xff\xff", bytes);
  FrameReader reader;
  reader.Append(bytes);
  provision::agent::v1::Frame frame;
  EXPECT_FALSE(reader.Next(frame).ok());
}

}  // namespace
}  // namespace pe::transport
