#include "client/cli/progress/plain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/sample_job.h"

namespace pe::cli {
namespace {

using provision::v1::Job;
using provision::v1::StepStatus;

TEST(PlainText, OneLineForEachChange) {
  SampleJob sample({"web-1", "web-2"});
  JobView view{Job()};
  PlainText text{PlainOptions{}};
  sample.JobState(Job::PLANNING);
  sample.TargetState(0, Job::PLANNING)
      .TargetState(1, Job::QUEUED, "queued behind job 0xyz on resources/web-2", "QUEUED_BEHIND");
  EXPECT_EQ(text.Apply(sample.Take(), &view),
            "jobs/0abcdefgh1234567: hello-web 1.2.0, 2 hosts\n"
            "jobs/0abcdefgh1234567: planning\n"
            "web-1: planning\n"
            "web-2: queued: queued behind job 0xyz on resources/web-2\n");
  sample.Planned(0, {"page", "web"}).TargetState(0, Job::RUNNING);
  sample.Step(0, 0, StepStatus::RUNNING).Sleep(40).Step(0, 0, StepStatus::UNCHANGED);
  sample.Step(0, 1, StepStatus::RUNNING).Output(0, 1, "Reload");
  EXPECT_EQ(text.Apply(sample.Take(), &view),
            "web-1: 2 steps planned\n"
            "web-1: running\n"
            "web-1 page: unchanged in 0.04 s\n"
            "web-1 web: running\n");
  sample.Sleep(2100).Output(0, 1, "ing\nDone").Step(0, 1, StepStatus::CHANGED, "restarted nginx.service");
  EXPECT_EQ(text.Apply(sample.Take(), &view),
            "web-1 web | Reloading\n"
            "web-1 web | Done\n"
            "web-1 web: changed in 2.1 s: restarted nginx.service\n");
}

TEST(PlainText, SaysWhatAPersonMustDo) {
  SampleJob sample({"web-1"});
  JobView view{sample.job()};
  PlainText text{PlainOptions{.brief = true}};
  EXPECT_EQ(text.Opening(view.job()), "jobs/0abcdefgh1234567: hello-web 1.2.0, 1 host\n");
  sample.TargetState(0, Job::PAUSED, "the host offers the unknown key SHA256:aB3+/x=, which nobody has trusted",
                     "HOST_KEY_UNKNOWN");
  EXPECT_EQ(text.Apply(sample.Take(), &view),
            "web-1: paused: the host offers the unknown key SHA256:aB3+/x=, which nobody has trusted\n"
            "web-1: compare SHA256:aB3+/x= with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub "
            "there), then: "
            "pe resource trust web-1 SHA256:aB3+/x=\n");
}

TEST(PlainText, BriefKeepsWhatChangedOrFailed) {
  SampleJob sample({"web-1"});
  JobView view{sample.job()};
  PlainText text{PlainOptions{.brief = true}};
  text.Opening(view.job());
  sample.TargetState(0, Job::RUNNING)
      .Planned(0, {"a", "b", "c"})
      .Step(0, 0, StepStatus::RUNNING)
      .Step(0, 0, StepStatus::UNCHANGED);
  sample.Output(0, 1, "noise\n").Step(0, 1, StepStatus::CHANGED).Step(0, 2, StepStatus::FAILED, "no such package");
  sample.Next(0, -1)->mutable_warning()->set_message("a reboot is needed");
  EXPECT_EQ(text.Apply(sample.Take(), &view),
            "web-1 b: changed in 0.00 s\n"
            "web-1 c: failed in 0.00 s: no such package\n"
            "web-1: warning: a reboot is needed\n");
}

TEST(PlainText, EscapesEverythingFromHosts) {
  SampleJob sample({"web\x1b[1m"});
  JobView view{sample.job()};
  PlainText text{PlainOptions{}};
  sample.Planned(0, {"a\x1b]0;x\x07"}).TargetState(0, Job::FAILED, "why\x1b[2J\nnext").Output(0, 0, "\x1b[31mred\n");
  sample.Step(0, 0, StepStatus::FAILED, "m\x1bm");
  EXPECT_THAT(text.Apply(sample.Take(), &view), testing::Not(testing::HasSubstr("\x1b")));
}

TEST(PlainText, TellsAttemptsApart) {
  SampleJob sample({"web-1"});
  JobView view{sample.job()};
  PlainText text{PlainOptions{}};
  text.Opening(view.job());
  sample.Planned(0, {"a"}).Step(0, 0, StepStatus::RUNNING).Step(0, 0, StepStatus::RETRYING, "");
  text.Apply(sample.Take(), &view);
  auto* const event = sample.Sleep(1000).Next(0, 0);
  event->set_attempt(2);
  event->mutable_step_state()->set_state(StepStatus::RUNNING);
  EXPECT_EQ(text.Apply(sample.Take(), &view), "web-1 a: running (attempt 2)\n");
}

}  // namespace
}  // namespace pe::cli
