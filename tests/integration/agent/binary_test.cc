// What the binary itself must be, and the arm64 one below qemu.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "server/agent/step_state.h"
#include "tests/integration/agent/agent_process.h"
#include "tests/integration/agent/plans.h"
#include "tests/unit/agent_runtime/temporary_folder.h"

namespace pe::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kQemu[] = "/usr/bin/qemu-aarch64-static";
constexpr uintmax_t kLargest = 3 * 1024 * 1024;

#ifdef PE_AGENT_STATIC
TEST(BinaryTest, IsStaticAndSmall) {
  EXPECT_THAT(OutputOf({"/usr/bin/readelf", "-lW", PE_AGENT_BINARY}), Not(HasSubstr("INTERP")));
  EXPECT_LE(std::filesystem::file_size(PE_AGENT_BINARY), kLargest);
}
#endif

#ifdef PE_AGENT_ARM64
TEST(Arm64Test, RunsBelowQemu) {
  EXPECT_THAT(OutputOf({"/usr/bin/readelf", "-hW", PE_AGENT_ARM64}), HasSubstr("AArch64"));
  EXPECT_LE(std::filesystem::file_size(PE_AGENT_ARM64), kLargest);
  if (access(kQemu, X_OK) != 0) GTEST_SKIP() << "needs " << kQemu;
  EXPECT_THAT(OutputOf({kQemu, PE_AGENT_ARM64, "version"}), StartsWith("pe-agent "));
  TemporaryFolder folder;
  AgentProcess agent({kQemu, PE_AGENT_ARM64, "serve"}, {{"PE_AGENT_STATE", folder.path() + "/state"}});
  EXPECT_EQ(agent.Hello().facts().architecture(), "arm64");
  agent.Welcome(1);
  agent.RunPlan(RealPlan("job/0/0").File(folder.path() + "/f", "x\n").Exec({"true"}).plan(), 1);
  EXPECT_EQ(agent.Done().outcome(), v1::RunDone::SUCCEEDED);
  EXPECT_EQ(agent.states()[0], kStepChanged);
  EXPECT_EQ(agent.states()[1], kStepChanged);
  EXPECT_EQ(agent.Finish(), 0);
}
#endif

}  // namespace
}  // namespace pe::agent
