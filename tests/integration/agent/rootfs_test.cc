// `pe-agent rootfs`: needs root and namespaces. The root is a folder with nothing but the agent's own static binary.
#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_split.h"
#include "server/agent/step_state.h"
#include "tests/integration/agent/agent_process.h"
#include "tests/integration/agent/plans.h"
#include "tests/unit/agent_runtime/temporary_folder.h"

namespace pe::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class RootfsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    std::filesystem::create_directories(root_ + "/usr/sbin");
    std::filesystem::copy_file(PE_AGENT_BINARY, root_ + "/usr/sbin/tool");
#ifndef PE_AGENT_STATIC  // with sanitizers it needs its libraries
    for (const absl::string_view word :
         absl::StrSplit(OutputOf({"/usr/bin/ldd", PE_AGENT_BINARY}), absl::ByAnyChar(" \t\n"), absl::SkipEmpty())) {
      if (word[0] != '/') continue;
      const std::filesystem::path library = root_ + std::string(word);
      std::filesystem::create_directories(library.parent_path());
      std::filesystem::copy_file(std::string(word), library);
    }
#endif
    // In a namespace of its own, as the agent wants it; where this fails, so does the agent.
    if (OutputOf({"/usr/bin/unshare", "--mount", "--pid", "--fork", "echo", "yes"}) != "yes\n")
      GTEST_SKIP() << "needs namespaces";
  }
  static std::string ReadAll(const std::string& path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  // Numbers of processes whose root is ours.
  std::vector<std::string> ProcessesInside() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::error_code error;
      if (std::filesystem::read_symlink(entry.path() / "root", error).string() == root_) out.push_back(entry.path());
    }
    return out;
  }
  void ExpectNothingLeft() {
    EXPECT_THAT(ReadAll("/proc/self/mountinfo"), Not(HasSubstr(root_)));
    EXPECT_THAT(ProcessesInside(), ElementsAre());
    EXPECT_FALSE(std::filesystem::exists(root_ + "/usr/sbin/policy-rc.d"));
    EXPECT_TRUE(std::filesystem::is_empty(root_ + "/proc"));
    EXPECT_TRUE(std::filesystem::is_empty(root_ + "/dev"));
  }
  TemporaryFolder folder_;
  std::string root_ = folder_.path() + "/root";
};

TEST_F(RootfsTest, WorksInsideAndLeavesNothing) {
  AgentProcess agent({PE_AGENT_BINARY, "rootfs", root_}, {});
  const v1::Hello hello = agent.Hello();
  EXPECT_EQ(hello.facts().capabilities_size(), 0);
  EXPECT_FALSE(hello.facts().has_os());
  EXPECT_THAT(ReadAll(root_ + "/usr/sbin/policy-rc.d"), HasSubstr("exit 101"));
  EXPECT_FALSE(ProcessesInside().empty());
  agent.Welcome(1);
  agent.RunPlan(RealPlan("job/0/0").File("/etc-file", "in the root\n").Exec({"/usr/sbin/tool", "version"}).plan(), 1);
  EXPECT_EQ(agent.Done().outcome(), v1::RunDone::SUCCEEDED);
  EXPECT_THAT(agent.states(), ElementsAre(Pair(0, kStepChanged), Pair(1, kStepChanged)));
  EXPECT_EQ(ReadAll(root_ + "/etc-file"), "in the root\n");
  EXPECT_EQ(agent.Finish(), 0);
  ExpectNothingLeft();
}

TEST_F(RootfsTest, ADeadTransportLeavesNothing) {
  {
    AgentProcess agent({PE_AGENT_BINARY, "rootfs", root_}, {});
    agent.Hello();
    agent.Welcome(1);
    agent.RunPlan(RealPlan("job/0/0").Exec({"/usr/sbin/tool", "worker"}).plan(), 1);
    agent.Next([](const v1::Frame& f) { return f.report().has_step_state(); });
    EXPECT_EQ(agent.Finish(), 0);
  }
  ExpectNothingLeft();
}

TEST_F(RootfsTest, ATermLeavesNothing) {
  AgentProcess agent({PE_AGENT_BINARY, "rootfs", root_}, {});
  agent.Hello();
  agent.Kill(SIGTERM);
  ExpectNothingLeft();
}

TEST_F(RootfsTest, WhatCannotBeARootIsRefused) {
  EXPECT_EQ(AgentProcess({PE_AGENT_BINARY, "rootfs", "relative"}, {}).Finish(), 64);
  EXPECT_EQ(AgentProcess({PE_AGENT_BINARY, "rootfs", root_ + "/no-such"}, {}).Finish(), 64);
  EXPECT_EQ(AgentProcess({PE_AGENT_BINARY, "rootfs", "/"}, {}).Finish(), 64);
  EXPECT_EQ(AgentProcess({PE_AGENT_BINARY, "rootfs"}, {}).Finish(), 64);
}

}  // namespace
}  // namespace pe::agent
