#include "server/transport/push_dialog.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pe::transport {
namespace {

using testing::HasSubstr;

class PushDialogTest : public testing::Test {
 protected:
  PushDialogTest() {
    char name[] = "/tmp/pe-dialog-XXXXXX";
    folder_ = mkdtemp(name);
    std::ofstream(folder_ + "/pe-agent-arm64") << "arm agent";
    files_ = std::make_unique<AgentFiles>(folder_);
  }
  ~PushDialogTest() override { std::filesystem::remove_all(folder_); }
  std::string CodeAfter(const std::string& bytes) {
    const PushDialog::Turn turn = PushDialog(files_.get(), "ops", "ssh://web").OnBytes(bytes);
    return turn.failed.has_value() ? turn.failed->code : "";
  }

  std::string folder_;
  std::unique_ptr<AgentFiles> files_;
};

TEST_F(PushDialogTest, GoesByteByByte) {
  PushDialog dialog(files_.get(), "root", "ssh://web");
  std::string sent, rest;
  bool binary = false, installed = false;
  for (const char c : std::string("PE1 aarch64 0\nWANT\nDONE\n")) {
    PushDialog::Turn turn = dialog.OnBytes(std::string(1, c));
    ASSERT_FALSE(turn.failed.has_value()) << turn.failed->message;
    sent += turn.send;
    binary = binary || turn.send_binary != nullptr;
    installed = installed || turn.installed;
  }
  EXPECT_THAT(sent, testing::MatchesRegex("[0-9a-f]+ 9\n"));
  EXPECT_TRUE(binary);
  EXPECT_TRUE(installed);
}

TEST_F(PushDialogTest, KeepsWhatFollows) {
  PushDialog dialog(files_.get(), "root", "ssh://web");
  EXPECT_EQ(dialog.OnBytes("PE1 aarch64 0\nHAVE\nDONE\nframes\n").rest, "frames\n");
}

TEST_F(PushDialogTest, RefusesWhatIsNotTheConversation) {
  EXPECT_EQ(CodeAfter("Welcome!\n"), "PROTOCOL_ERROR");
  EXPECT_EQ(CodeAfter("PE1 aarch64\n"), "PROTOCOL_ERROR");
  EXPECT_EQ(CodeAfter("PE1 aarch64 0\nDONE\n"), "PROTOCOL_ERROR");
  EXPECT_EQ(CodeAfter(std::string(300, 'x')), "PROTOCOL_ERROR");
  EXPECT_EQ(CodeAfter("PE1 aarch64 0 \n"), "PROTOCOL_ERROR");
}

TEST_F(PushDialogTest, SaysWhatIsNotSupported) {
  EXPECT_EQ(CodeAfter("PE1 riscv64 0\n"), "UNSUPPORTED");
  EXPECT_EQ(CodeAfter("PE1 aarch64 1000\n"), "UNSUPPORTED");
  EXPECT_EQ(CodeAfter("PE1 x86_64 0\n"), "AGENT_PUSH_FAILED") << "the engine has no such binary";
}

}  // namespace
}  // namespace pe::transport
