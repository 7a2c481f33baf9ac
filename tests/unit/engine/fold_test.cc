#include "server/engine/fold.h"

#include <gtest/gtest.h>

namespace pe {
namespace {

using provision::v1::Event;
using provision::v1::Job;
using provision::v1::StepStatus;

class FoldTest : public testing::Test {
 protected:
  FoldTest() {
    Event created = Next(-1, -1);
    created.mutable_created()->mutable_job()->set_name("jobs/j");
    created.mutable_created()->mutable_job()->set_state(Job::PENDING);
    created.mutable_created()->mutable_job()->add_targets()->set_state(Job::PENDING);
    Do(created);
    Event planned = Next(0, -1);
    for (const char* id : {"a", "b"}) {
      StepStatus* step = planned.mutable_planned()->add_steps();
      step->set_id(id);
      step->set_state(StepStatus::PENDING);
    }
    Do(planned);
  }

  Event Next(int target, int step) {
    Event event;
    event.set_seq(job_.last_seq() + 1);
    event.set_target(target);
    event.set_step(step);
    event.mutable_time()->set_seconds(100 + job_.last_seq());
    return event;
  }
  Event StepTo(int step, StepStatus::State state, int attempt = 1) {
    Event event = Next(0, step);
    event.set_attempt(attempt);
    event.mutable_step_state()->set_state(state);
    return event;
  }
  void Do(const Event& event) {
    const absl::Status status = Fold(event, &job_);
    ASSERT_TRUE(status.ok()) << status;
  }

  Job job_;
};

TEST_F(FoldTest, CountsFollowTheSteps) {
  EXPECT_EQ(job_.counts().total(), 2);
  EXPECT_EQ(job_.counts().pending(), 2);
  Do(StepTo(0, StepStatus::RUNNING));
  EXPECT_EQ(job_.counts().running(), 1);
  Do(StepTo(0, StepStatus::CHANGED));
  Do(StepTo(1, StepStatus::UNCHANGED));
  EXPECT_EQ(job_.counts().pending(), 0);
  EXPECT_EQ(job_.counts().running(), 0);
  EXPECT_EQ(job_.counts().changed(), 1);
  EXPECT_EQ(job_.targets(0).counts().unchanged(), 1);
  EXPECT_TRUE(job_.targets(0).steps(0).has_end_time());
}

TEST_F(FoldTest, RefusesWhatDoesNotContinueTheLog) {
  Event gap = StepTo(0, StepStatus::RUNNING);
  gap.set_seq(job_.last_seq() + 2);
  const std::string before = job_.SerializeAsString();
  EXPECT_FALSE(Fold(gap, &job_).ok());
  Event again = StepTo(0, StepStatus::RUNNING);
  again.set_seq(job_.last_seq());
  EXPECT_FALSE(Fold(again, &job_).ok());
  EXPECT_EQ(job_.SerializeAsString(), before);
}

TEST_F(FoldTest, RefusesImpossibleTransitionsAndIndices) {
  Do(StepTo(0, StepStatus::CHANGED));
  EXPECT_FALSE(Fold(StepTo(0, StepStatus::RUNNING), &job_).ok());
  EXPECT_FALSE(Fold(StepTo(7, StepStatus::RUNNING), &job_).ok());
  EXPECT_FALSE(Fold(Next(3, -1), &job_).ok());
}

TEST_F(FoldTest, ANewAttemptHasItsOwnStart) {
  Do(StepTo(0, StepStatus::RUNNING, 1));
  const int64_t first = job_.targets(0).steps(0).start_time().seconds();
  Do(StepTo(0, StepStatus::RETRYING, 1));
  Do(StepTo(0, StepStatus::RUNNING, 2));
  EXPECT_GT(job_.targets(0).steps(0).start_time().seconds(), first);
  EXPECT_EQ(job_.targets(0).steps(0).attempt(), 2);
}

TEST_F(FoldTest, ViewsLeaveOutWhatTheySay) {
  job_.mutable_spec()->set_name("x");
  const Job basic = BasicView(job_);
  EXPECT_FALSE(basic.has_spec());
  ASSERT_EQ(basic.targets_size(), 1);
  EXPECT_EQ(basic.targets(0).steps_size(), 0);
  EXPECT_EQ(basic.targets(0).counts().total(), 2);
  EXPECT_EQ(SummaryOf(job_).targets_size(), 0);
}

}  // namespace
}  // namespace pe
