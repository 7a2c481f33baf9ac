#include "server/metrics/engine_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/engine/proto_time.h"

namespace pe {
namespace {

using provision::v1::Event;
using provision::v1::Job;
using provision::v1::StepStatus;
using ::testing::HasSubstr;
using ::testing::Not;

class EngineMetricsTest : public testing::Test {
 protected:
  EngineMetricsTest() {
    job_.set_environment("environments/test");
    job_.set_mode(Job::APPLY);
    *job_.mutable_create_time() = ToTimestamp(1'000'000);
    job_.add_targets()->add_steps()->set_kind("package");
  }

  // One event of the step, or of the target where `step` is -1, or of the job.
  Event At(int target, int step) {
    Event event;
    event.set_target(target);
    event.set_step(step);
    return event;
  }
  void Tell(Event event) {
    EventBatch batch;
    batch.events.push_back(std::move(event));
    metrics_.OnEvents(job_, batch);
  }
  void Step(StepStatus::State state, int64_t micros = 0) {
    Event event = At(0, 0);
    event.mutable_step_state()->set_state(state);
    if (micros > 0) *event.mutable_step_state()->mutable_result()->mutable_duration() = ToDuration(micros);
    Tell(std::move(event));
  }
  std::string Text() { return metrics_.Text(counts_, 7); }

  Job job_;
  EngineCounts counts_;
  EngineMetrics metrics_{"1.2.3"};
};

TEST_F(EngineMetricsTest, AStepCountsWhenItHasEnded) {
  Step(StepStatus::RUNNING);
  EXPECT_THAT(Text(), Not(HasSubstr("pe_steps_ended_total{")));
  Step(StepStatus::RETRYING);
  Step(StepStatus::CHANGED, 2'000'000);
  EXPECT_THAT(Text(), HasSubstr("pe_steps_ended_total{kind=\"package\",state=\"changed\"} 1\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_step_retries_total{kind=\"package\"} 1\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_step_duration_seconds_sum{kind=\"package\"} 2\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_step_duration_seconds_bucket{kind=\"package\",le=\"1\"} 0\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_step_duration_seconds_bucket{kind=\"package\",le=\"5\"} 1\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_events_total 3\n"));
}

TEST_F(EngineMetricsTest, TargetsAndTheirJobAreCountedApart) {
  metrics_.OnAccepted(job_);
  Event target = At(0, -1);
  target.mutable_state()->set_state(Job::UNREACHABLE);
  Tell(std::move(target));
  EXPECT_THAT(Text(), Not(HasSubstr("pe_jobs_ended_total{")));
  Event ended = At(-1, -1);
  ended.mutable_state()->set_state(Job::FAILED);
  *ended.mutable_time() = ToTimestamp(4'500'000);
  Tell(std::move(ended));
  EXPECT_THAT(Text(), HasSubstr("pe_jobs_accepted_total{environment=\"test\",mode=\"apply\"} 1\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_targets_ended_total{state=\"unreachable\"} 1\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_jobs_ended_total{environment=\"test\",mode=\"apply\",state=\"failed\"} 1\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_job_duration_seconds_sum{mode=\"apply\"} 3.5\n"));
}

TEST_F(EngineMetricsTest, WhatIsInHandIsThereAlsoWhenItIsNothing) {
  counts_.jobs[Job::QUEUED] = 3;
  counts_.store_ok = false;
  metrics_.OnCommit(3'000, false);
  EXPECT_THAT(Text(), HasSubstr("pe_jobs{state=\"queued\"} 3\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_jobs{state=\"awaiting_approval\"} 0\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_store_writable 0\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_watches 7\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_store_commits_failed_total 1\n"));
  EXPECT_THAT(Text(), HasSubstr("pe_build_info{version=\"1.2.3\"} 1\n"));
}

}  // namespace
}  // namespace pe
