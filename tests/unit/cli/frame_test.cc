#include "client/cli/progress/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/cli/sample_job.h"

namespace pe::cli {
namespace {

using provision::v1::Job;
using provision::v1::StepStatus;
using testing::ElementsAre;

std::vector<std::string> Show(SampleJob* sample, JobView* view, ScreenSize size) {
  for (const auto& event : sample->Take()) view->Apply(event);
  return Frame(*view, sample->now(), size, {});
}

TEST(Frame, ShowsActiveStepsAndCollapsesTheRest) {
  SampleJob sample({"web-1", "web-2", "web-3"});
  JobView view{Job()};
  sample.JobState(Job::PLANNING).JobState(Job::RUNNING);
  for (int t = 0; t < 2; ++t)
    sample.TargetState(t, Job::PLANNING).TargetState(t, Job::RUNNING).Planned(t, {"a", "security.patches", "c"});
  for (int s = 0; s < 3; ++s) sample.Step(0, s, StepStatus::UNCHANGED);
  sample.TargetState(0, Job::SUCCEEDED).Step(1, 0, StepStatus::CHANGED).Step(1, 1, StepStatus::RUNNING);
  sample.Output(1, 1, "Get:1 http://deb\nUnpacking ng").Progress(1, 1, 9, 20, "Unpacking").Sleep(4100);
  sample.TargetState(2, Job::QUEUED, "queued behind job 0xyz on resources/web-3", "QUEUED_BEHIND");
  EXPECT_THAT(
      Show(&sample, &view, {.width = 100, .height = 20}),
      ElementsAre("hello-web 1.2.0  jobs/0abcdefgh1234567  running  4.1 s", "+ web-1  ready: 3 unchanged  0.00 s",
                  "> web-2  running 1/3  4.1 s", "    > security.patches  4.1 s  [#########...........] 45%  Unpacking",
                  "        | Get:1 http://deb", "        | Unpacking ng",
                  "? web-3  queued: queued behind job 0xyz on resources/web-3"));
}

TEST(Frame, NeverTallerOrWiderThanTheTerminal) {
  std::vector<std::string> hosts;
  for (int i = 0; i < 500; ++i) hosts.push_back(absl::StrCat("host-", i));
  SampleJob sample(hosts);
  JobView view{Job()};
  for (int t = 0; t < 500; ++t) {
    sample.TargetState(t, Job::RUNNING).Planned(t, {"a"});
    if (t % 5 == 0) sample.Step(t, 0, StepStatus::UNCHANGED).TargetState(t, Job::SUCCEEDED);
    if (t % 5 != 0)
      sample.Step(t, 0, StepStatus::RUNNING)
          .Output(t, 0, absl::StrCat(std::string(300, 'x'), "\n", std::string(300, 'y'), "\n"));
  }
  const auto lines = Show(&sample, &view, {.width = 40, .height = 12});
  EXPECT_EQ(lines.size(), 11u);
  for (const std::string& line : lines) EXPECT_LE(line.size(), 40u);
  EXPECT_THAT(lines.back(), testing::StartsWith(". and 4"));
  EXPECT_THAT(lines.back(), testing::HasSubstr("100 ready"));
}

TEST(Frame, TinyTerminal) {
  SampleJob sample({"web-1", "web-2"});
  JobView view{Job()};
  EXPECT_LE(Show(&sample, &view, {.width = 1, .height = 1}).size(), 2u);
}

TEST(Frame, SaysWhatAPersonMustDo) {
  SampleJob sample({"web-1"});
  JobView view{Job()};
  sample.TargetState(0, Job::PAUSED, "unknown key SHA256:abc", "HOST_KEY_UNKNOWN");
  EXPECT_THAT(Show(&sample, &view, {.width = 200, .height = 20}),
              testing::Contains(testing::HasSubstr("pe resource trust web-1 SHA256:abc")));
}

TEST(Frame, DoesNotRepeatACommandThatTheReasonHas) {
  SampleJob sample({"web-1"});
  JobView view{Job()};
  sample.TargetState(0, Job::PAUSED, "the host key SHA256:abc is not known; then: pe resource trust web-1 SHA256:abc",
                     "HOST_KEY_UNKNOWN");
  const auto lines = Show(&sample, &view, {.width = 200, .height = 20});
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[2], "    on the host: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
}

}  // namespace
}  // namespace pe::cli
