#include "client/cli/progress/job_view.h"

#include <gtest/gtest.h>

#include "tests/unit/cli/sample_job.h"

namespace pe::cli {
namespace {

using provision::v1::Job;
using provision::v1::StepStatus;

void Apply(SampleJob* sample, JobView* view) {
  for (const auto& event : sample->Take()) view->Apply(event);
}

TEST(JobView, FoldsEventsAndCounts) {
  SampleJob sample({"web-1"});
  JobView view{Job()};
  sample.TargetState(0, Job::RUNNING)
      .Planned(0, {"a", "b", "c"})
      .Step(0, 0, StepStatus::RUNNING)
      .Step(0, 0, StepStatus::CHANGED);
  sample.Step(0, 1, StepStatus::RUNNING).JobState(Job::RUNNING);
  Apply(&sample, &view);
  EXPECT_EQ(view.job().state(), Job::RUNNING);
  EXPECT_EQ(view.job().counts().total(), 3);
  EXPECT_EQ(view.job().counts().changed(), 1);
  EXPECT_EQ(view.job().counts().running(), 1);
  EXPECT_EQ(view.job().counts().pending(), 1);
  EXPECT_EQ(view.job().last_seq(), 7);
}

TEST(JobView, KeepsTheLogOfWhatFailedOnly) {
  SampleJob sample({"web-1"});
  JobView view{Job()};
  sample.Planned(0, {"a", "b"}).Output(0, 0, "good").Output(0, 1, "bad");
  sample.Step(0, 0, StepStatus::CHANGED).Step(0, 1, StepStatus::FAILED).JobState(Job::FAILED);
  Apply(&sample, &view);
  EXPECT_EQ(view.log(0, 0), nullptr);
  ASSERT_NE(view.log(0, 1), nullptr);
  EXPECT_EQ(view.log(0, 1)->From(0), std::vector<std::string>{"bad"});
}

TEST(JobView, DoesNotFoldTwiceWhatASnapshotHas) {
  SampleJob sample({"web-1"});
  sample.Planned(0, {"a"}).Step(0, 0, StepStatus::CHANGED);
  const auto events = sample.Take();
  JobView view{Job()};
  for (const auto& event : events) view.Apply(event);
  for (const auto& event : events) view.Apply(event);
  EXPECT_EQ(view.job().counts().total(), 1);
  EXPECT_EQ(view.job().counts().changed(), 1);
}

TEST(JobView, LeavesAloneWhatItDoesNotKnow) {
  SampleJob sample({"web-1"});
  JobView view{Job()};
  sample.Step(7, 3, StepStatus::FAILED).Step(0, 3, StepStatus::FAILED).Output(0, 9, "x");
  sample.Next(0, -1);
  Apply(&sample, &view);
  EXPECT_EQ(view.job().targets_size(), 1);
  EXPECT_EQ(view.job().counts().failed(), 0);
}

TEST(JobView, CountsPlannedChanges) {
  SampleJob sample({"web-1"}, Job::PLAN);
  JobView view{Job()};
  sample.Planned(0, {"a", "b"}).Step(0, 0, StepStatus::CHANGED).Step(0, 1, StepStatus::UNCHANGED);
  Apply(&sample, &view);
  EXPECT_EQ(view.job().planned_changes(), 1);
}

}  // namespace
}  // namespace pe::cli
