#include "client/cli/progress/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/sample_job.h"

namespace pe::cli {
namespace {

using provision::v1::Job;
using provision::v1::StepStatus;
using testing::HasSubstr;

JobView View(SampleJob* sample) {
  JobView view{Job()};
  for (const auto& event : sample->Take()) view.Apply(event);
  return view;
}

TEST(Report, OneLineForEachHost) {
  SampleJob sample({"web-1", "web-2", "web-3"});
  for (int t = 0; t < 3; ++t) sample.TargetState(t, Job::PLANNING);
  for (int t = 0; t < 2; ++t) sample.Planned(t, {"a", "b"}).Step(t, 0, StepStatus::UNCHANGED);
  sample.Sleep(2100).Step(0, 1, StepStatus::CHANGED).TargetState(0, Job::SUCCEEDED);
  sample.Step(1, 1, StepStatus::FAILED, "exit code 1").TargetState(1, Job::FAILED, "step b failed");
  sample.TargetState(2, Job::UNREACHABLE, "connection refused");
  EXPECT_EQ(HostSummary(View(&sample).job(), sample.now()),
            "web-1 ready: 1 unchanged, 1 changed in 2.1 s\n"
            "web-2 failed: b: exit code 1 (1 unchanged, 1 failed) in 2.1 s\n"
            "web-3 unreachable: connection refused; no steps in 2.1 s\n");
}

TEST(Report, RepeatsTheFailedStepsLogWithWhatToDo) {
  SampleJob sample({"web-1"});
  sample.Planned(0, {"libraries.packages"})
      .Step(0, 0, StepStatus::RUNNING)
      .Output(0, 0, "Reading lists\nE: none\n")
      .Sleep(3100);
  sample.Step(0, 0, StepStatus::FAILED, "no package nginx-lite");
  sample.JobState(Job::FAILED, "a step failed");
  auto events = sample.Take();
  auto* const result = events.Mutable(events.size() - 2)->mutable_step_state()->mutable_result();
  result->set_exit_code(100);
  result->set_error_code("PACKAGE_NOT_FOUND");
  result->set_hint("check the name, or add a repository step before");
  JobView view{Job()};
  for (const auto& event : events) view.Apply(event);
  EXPECT_EQ(FailureReport(view.job(), &view, sample.now()),
            "\nweb-1 libraries.packages failed after 3.1 s, exit code 100\n"
            "  | Reading lists\n"
            "  | E: none\n"
            "  PACKAGE_NOT_FOUND: no package nginx-lite\n"
            "  hint: check the name, or add a repository step before\n"
            "\nnext:\n"
            "  pe retry 0abcdefgh1234567     run again what did not end well\n"
            "  pe status 0abcdefgh1234567    every step, with its reason\n"
            "  pe watch 0abcdefgh1234567     the whole log again\n");
}

TEST(Report, WithoutALogItTakesTheResultsTail) {
  SampleJob sample({"web-1"});
  sample.Planned(0, {"a"}).Step(0, 0, StepStatus::FAILED, "bad").JobState(Job::FAILED);
  auto events = sample.Take();
  events.Mutable(2)->mutable_step_state()->mutable_result()->set_output_tail("one\ntwo\n");
  JobView view{Job()};
  for (const auto& event : events) view.Apply(event);
  EXPECT_THAT(FailureReport(view.job(), nullptr, sample.now()), HasSubstr("  | one\n  | two\n  bad\n"));
}

TEST(Report, AJobThatFailedWithoutAStepSaysWhy) {
  SampleJob sample({"web-1"});
  sample.JobState(Job::TIMED_OUT, "the deadline of 30 s passed");
  EXPECT_THAT(FailureReport(View(&sample).job(), nullptr, sample.now()),
              HasSubstr("jobs/0abcdefgh1234567: the deadline of 30 s passed\n"));
}

TEST(Report, SaysNothingAboutSuccess) {
  SampleJob sample({"web-1"});
  sample.Planned(0, {"a"}).Step(0, 0, StepStatus::CHANGED).JobState(Job::SUCCEEDED);
  EXPECT_EQ(FailureReport(View(&sample).job(), nullptr, sample.now()), "");
}

TEST(Report, PlanShowsDiffs) {
  SampleJob sample({"web-1"}, Job::PLAN);
  sample.Planned(0, {"page", "web"})
      .Step(0, 0, StepStatus::CHANGED, "content differs")
      .Step(0, 1, StepStatus::UNCHANGED);
  sample.Next(0, 0)->mutable_diff()->set_text("-old\n+n\x1b[0mew\n");
  const JobView view = View(&sample);
  EXPECT_EQ(PlanReport(view.job()),
            "web-1 ~ page: content differs\n"
            "    -old\n"
            "    +n\\x1b[0mew\n");
}

}  // namespace
}  // namespace pe::cli
