// What systemd's socket says of units is what systemctl prints; on a throw-away host only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/conformance/steps/world.h"

namespace pe::agent {
namespace {

const std::vector<std::string> kAsked = {"Id",
                                         "LoadState",
                                         "ActiveState",
                                         "SubState",
                                         "UnitFileState",
                                         "NeedDaemonReload",
                                         "InvocationID",
                                         "Type",
                                         "Result",
                                         "NRestarts",
                                         "ExecMainExitTimestampMonotonic",
                                         "ActiveEnterTimestampMonotonic"};

class UnitSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* wanted = getenv("PE_CONFORMANCE_HOST");
    if (wanted == nullptr || std::string(wanted) != "1") GTEST_SKIP() << "needs a throw-away host";
  }
  World world_{""};
};

class UnitsOfUnitSourceTest : public UnitSourceTest, public testing::WithParamInterface<std::string> {};

TEST_P(UnitsOfUnitSourceTest, SaysWhatSystemctlShows) {
  const auto properties = world_.units.Properties(GetParam(), kAsked, world_.cancel);
  ASSERT_TRUE(properties.ok()) << properties.status();
  std::map<std::string, std::string> shown;
  const std::string output = world_.Output({"systemctl", "show", "-p", absl::StrJoin(kAsked, ","), "--", GetParam()});
  for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty()))
    shown.insert(std::pair<std::string, std::string>(absl::StrSplit(line, absl::MaxSplits('=', 1))));
  EXPECT_EQ(*properties, shown);
}

TEST_P(UnitsOfUnitSourceTest, KnowsWhetherItIsEnabled) {
  const auto state = world_.units.FileState(GetParam(), world_.cancel);
  const std::string said(
      absl::StripAsciiWhitespace(world_.Output({"systemctl", "--root=/", "is-enabled", "--", GetParam()})));
  if (said.empty()) {
    EXPECT_TRUE(absl::IsNotFound(state.status())) << state.status();
  } else {
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(*state, said);
  }
}

INSTANTIATE_TEST_SUITE_P(Units, UnitsOfUnitSourceTest,
                         testing::Values("ssh.service", "multi-user.target", "systemd-journald.socket", "-.mount",
                                         "apt-daily.timer", "no-such-thing.service"),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) c = isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name + std::to_string(info.index);
                         });

TEST_F(UnitSourceTest, EnablesAndReloads) {
  constexpr char kName[] = "pe-source-test.service";
  const std::string path = std::string("/etc/systemd/system/") + kName;
  const auto write = [&](const std::string& text) {
    ASSERT_TRUE(world_.files.WriteAtomic(path, text, {.mode = 0644}, nullptr).ok());
  };
  const std::string service = "[Service]\nExecStart=/bin/true\n";
  write(service);
  EXPECT_FALSE(world_.units.Enable(kName, world_.cancel).ok()) << "nothing says where it is wanted";
  write(service + "[Install]\nWantedBy=multi-user.target\n");
  ASSERT_TRUE(world_.units.Enable(kName, world_.cancel).ok());
  EXPECT_TRUE(*world_.files.Stat(std::string("/etc/systemd/system/multi-user.target.wants/") + kName));
  EXPECT_EQ(*world_.units.FileState(kName, world_.cancel), "enabled");

  ASSERT_TRUE(world_.units.Reload(world_.cancel).ok());
  write("[Unit]\nDescription=changed\n" + service);
  const auto reload_due = [&] {
    return world_.units.Properties(kName, {"NeedDaemonReload"}, world_.cancel)->begin()->second;
  };
  EXPECT_EQ(reload_due(), "yes");
  ASSERT_TRUE(world_.units.Reload(world_.cancel).ok());
  EXPECT_EQ(reload_due(), "no");
  EXPECT_FALSE(world_.units.Enable("no-such-thing.service", world_.cancel).ok());
  world_.Run({"systemctl", "disable", "--now", kName});
  ASSERT_TRUE(world_.files.RemoveAll(path).ok());
  ASSERT_TRUE(world_.units.Reload(world_.cancel).ok());
}

TEST_F(UnitSourceTest, RunsJobsAndSaysHowTheyEnded) {
  const std::string folder = "/etc/systemd/system/";
  const auto write = [&](const std::string& name, const std::string& text) {
    ASSERT_TRUE(world_.files.WriteAtomic(folder + name, text, {.mode = 0644}, nullptr).ok());
  };
  const auto run = [&](const char* verb, const char* name) { return world_.units.RunJob(verb, name, world_.cancel); };
  write("pe-job-works.service", "[Service]\nExecStart=/bin/sleep infinity\nExecReload=/bin/true\n");
  write("pe-job-fails.service", "[Service]\nType=oneshot\nExecStart=/bin/false\n");
  write("pe-job-needs.service",
        "[Unit]\nRequires=pe-job-fails.service\nAfter=pe-job-fails.service\n"
        "[Service]\nExecStart=/bin/sleep infinity\n");
  const auto main_pid = [&] { return world_.Output({"systemctl", "show", "-p", "MainPID", "pe-job-works.service"}); };
  ASSERT_TRUE(world_.units.Reload(world_.cancel).ok());
  EXPECT_EQ(run("start", "pe-job-works.service").value_or("?"), "done");
  EXPECT_EQ(world_.Output({"systemctl", "is-active", "pe-job-works.service"}), "active\n");
  const std::string first = main_pid();
  EXPECT_EQ(run("start", "pe-job-works.service").value_or("?"), "done") << "it runs already";
  EXPECT_EQ(run("reload-or-restart", "pe-job-works.service").value_or("?"), "done");
  EXPECT_EQ(main_pid(), first);
  EXPECT_EQ(run("restart", "pe-job-works.service").value_or("?"), "done");
  EXPECT_NE(main_pid(), first);
  EXPECT_EQ(run("start", "pe-job-fails.service").value_or("?"), "failed");
  EXPECT_EQ(run("start", "pe-job-needs.service").value_or("?"), "dependency");
  EXPECT_TRUE(absl::IsUnavailable(run("start", "no-such-thing.service").status()));
  EXPECT_EQ(run("stop", "pe-job-works.service").value_or("?"), "done");
  EXPECT_EQ(world_.Output({"systemctl", "is-active", "pe-job-works.service"}), "inactive\n");
  for (const char* name : {"works", "fails", "needs"})
    ASSERT_TRUE(world_.files.RemoveAll(folder + "pe-job-" + name + ".service").ok());
  ASSERT_TRUE(world_.units.Reload(world_.cancel).ok());
}

// Debian 12's systemd reads the file of a unit that it does not know; were it otherwise, the step would have it reload.
TEST_F(UnitSourceTest, AUnitThatSystemdDidNotKnowIsStartedWithoutAReload) {
  constexpr char kName[] = "pe-source-new.service";
  provision::v1::StepBody body;
  body.mutable_unit()->set_name(kName);
  body.mutable_unit()->set_content("[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n");
  body.mutable_unit()->set_state(provision::v1::Unit::STARTED);
  body.mutable_unit()->set_enabled(true);
  body.mutable_unit()->set_stable_window_ms(1);
  StepContext context = world_.Context();
  const auto seen = FindStepType(body)->Observe(body, context);
  ASSERT_TRUE(seen.ok()) << seen.status();
  const auto applied = FindStepType(body)->Apply(body, *seen, context);
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(world_.Output({"systemctl", "is-active", kName}), "active\n");
  EXPECT_EQ(world_.Output({"systemctl", "is-enabled", kName}), "enabled\n");
  EXPECT_TRUE(FindStepType(body)->Observe(body, context)->right);
  const std::vector<std::string> wants = {"systemctl", "show", "-p", "Wants", "multi-user.target"};
  EXPECT_THAT(world_.Output(wants), testing::Not(testing::HasSubstr(kName))) << "systemd has read its files anew";
  world_.Run({"systemctl", "daemon-reload"});
  EXPECT_THAT(world_.Output(wants), testing::HasSubstr(kName));
  world_.Run({"systemctl", "disable", "--now", kName});
  ASSERT_TRUE(world_.files.RemoveAll(std::string("/etc/systemd/system/") + kName).ok());
  ASSERT_TRUE(world_.units.Reload(world_.cancel).ok());
}

TEST_F(UnitSourceTest, RefusesWhatIsNoUnit) {
  EXPECT_FALSE(world_.units.Properties("no unit", {"Id"}, world_.cancel).ok());
  EXPECT_FALSE(world_.units.Properties("getty@.service", {"Id"}, world_.cancel).ok());
}

TEST_F(UnitSourceTest, ACancelEndsTheWait) {
  CancelToken cancelled;
  cancelled.Set(CancelToken::Why::kCancelled);
  EXPECT_TRUE(absl::IsCancelled(world_.units.FileState("ssh.service", cancelled).status()));
}

}  // namespace
}  // namespace pe::agent
