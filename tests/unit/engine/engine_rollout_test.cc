// Waves, failure budgets, soak, health gates and pauses, over the engine's loop, the memory store and hosts in memory.
#include <google/protobuf/text_format.h>

#include "tests/unit/engine/engine_core_fixture.h"

namespace pe {
namespace {

using provision::v1::Job;
using provision::v1::ProvisionRequest;
using testing::ElementsAre;
using testing::HasSubstr;

class EngineRolloutTest : public EngineCoreFixture {
 protected:
  ProvisionRequest InWaves(int hosts, const std::string& rollout) {
    std::vector<std::string> names;
    for (int i = 1; i <= hosts; ++i) names.push_back("h" + std::to_string(i));
    ProvisionRequest request = Request(names);
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(rollout, request.mutable_rollout())) << rollout;
    return request;
  }
  absl::StatusOr<Job> Pause(const std::string& id, const std::string& reason = "") {
    provision::v1::PauseRequest request;
    request.set_name("jobs/" + id);
    request.set_reason(reason);
    std::optional<absl::StatusOr<Job>> out;
    core_->Pause(request, "uid 0", [&](absl::StatusOr<Job> job) { out = std::move(job); });
    Settle();
    return *out;
  }
  absl::StatusOr<Job> Resume(const std::string& id) {
    provision::v1::ResumeRequest request;
    request.set_name("jobs/" + id);
    std::optional<absl::StatusOr<Job>> out;
    core_->Resume(request, "uid 0", [&](absl::StatusOr<Job> job) { out = std::move(job); });
    Settle();
    return *out;
  }
  void Cancel(const std::string& id) {
    provision::v1::CancelRequest request;
    request.set_name("jobs/" + id);
    core_->Cancel(request, "uid 0", [](absl::StatusOr<Job>) {});
    Settle();
  }
  void Hold(const std::string& host) { transport_.host(host).hold = true; }
  void Release(const std::string& host) {
    transport_.host(host).hold = false;
    transport_.Release(host);
    Settle();
  }
  // How often each of h1 to hN was connected to.
  std::vector<int> Connects(int hosts) {
    std::vector<int> out;
    for (int i = 1; i <= hosts; ++i) out.push_back(transport_.host("h" + std::to_string(i)).connects);
    return out;
  }
};

TEST_F(EngineRolloutTest, ACanaryThatFailsLeavesTheOthersUntouched) {
  transport_.host("h1").fail_step = "two";
  const std::string id = Start(InWaves(4, "canary {count: 1}"));
  const Job job = Get(id);
  EXPECT_EQ(job.state(), Job::FAILED);
  EXPECT_THAT(job.reason(), HasSubstr("1 of 4 targets failed: h1: step 'two' failed"));
  EXPECT_THAT(job.reason(), HasSubstr("the failure budget of 0 is spent, 3 targets never began"));
  EXPECT_THAT(Connects(4), ElementsAre(1, 0, 0, 0));
  for (int i = 1; i < 4; ++i) {
    EXPECT_EQ(job.targets(i).state(), Job::CANCELLED);
    EXPECT_EQ(job.targets(i).reason_code(), "FAILURE_BUDGET_SPENT");
    EXPECT_EQ(job.targets(i).steps_size(), 0);
  }
  EXPECT_EQ(job.waves(0).state(), Job::FAILED);
  EXPECT_EQ(job.waves(0).reason_code(), "FAILURE_BUDGET_SPENT");
  EXPECT_EQ(job.waves(1).state(), Job::CANCELLED);
  EXPECT_EQ(job.waves(1).reason_code(), "FAILURE_BUDGET_SPENT");
  EXPECT_NE(store_.GetResource(ResourceId("h2"))->state(), provision::v1::Resource::FAILED) << "it is as it was";
  const auto page = store_.ReadEvents(JobId(id), 0, 1000);
  EXPECT_EQ(page->events.back().state().reason_code(), "FAILURE_BUDGET_SPENT");
  CheckLog(id);
}

TEST_F(EngineRolloutTest, AWaveBeginsWhenTheOneBeforeHasEnded) {
  for (const char* host : {"h1", "h2", "h3", "h4"}) Hold(host);
  const std::string id = Start(InWaves(4, "canary {count: 1} waves {count: 2}"));
  EXPECT_THAT(Connects(4), ElementsAre(1, 0, 0, 0));
  EXPECT_EQ(Get(id).targets(3).reason(), "in wave 3 of 3");
  Release("h1");
  EXPECT_THAT(Connects(4), ElementsAre(1, 1, 1, 0));
  Release("h2");
  EXPECT_THAT(Connects(4), ElementsAre(1, 1, 1, 0)) << "h3 is at work";
  EXPECT_EQ(Get(id).waves(1).state(), Job::RUNNING);
  Release("h3");
  EXPECT_THAT(Connects(4), ElementsAre(1, 1, 1, 1));
  Release("h4");
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
  const Job job = Get(id);
  for (const auto& wave : job.waves()) EXPECT_EQ(wave.state(), Job::SUCCEEDED);
  CheckLog(id);
}

TEST_F(EngineRolloutTest, WithinTheBudgetItGoesOnAndSaysThatItFailed) {
  transport_.host("h1").fail_step = "one";
  const std::string id = Start(InWaves(4, "canary {count: 1} failure_budget {percent: 25}"));
  const Job job = Get(id);
  EXPECT_EQ(job.state(), Job::FAILED);
  EXPECT_THAT(job.reason(), HasSubstr("1 of 4 targets failed"));
  EXPECT_THAT(job.reason(), HasSubstr("within the failure budget of 1"));
  EXPECT_EQ(job.targets(3).state(), Job::SUCCEEDED);
  EXPECT_EQ(job.waves(0).reason_code(), "TARGETS_FAILED");
  EXPECT_EQ(job.waves(1).state(), Job::SUCCEEDED);
  CheckLog(id);
}

TEST_F(EngineRolloutTest, ABudgetSpentWithinAWaveStopsItsRest) {
  ProvisionRequest request = InWaves(4, "failure_budget {count: 1}");
  request.set_parallelism(1);
  for (const char* host : {"h1", "h2"}) transport_.host(host).fail_step = "one";
  const std::string id = Start(request);
  EXPECT_THAT(Connects(4), ElementsAre(1, 1, 0, 0));
  EXPECT_EQ(Get(id).targets(2).reason_code(), "FAILURE_BUDGET_SPENT");
  EXPECT_EQ(Get(id).waves(0).state(), Job::FAILED);
  CheckLog(id);
}

TEST_F(EngineRolloutTest, AWaveSoaksAlsoAcrossARestart) {
  const std::string id = Start(InWaves(2, "canary {count: 1} soak {seconds: 60}"));
  EXPECT_EQ(Get(id).waves(0).state(), Job::QUEUED);
  EXPECT_EQ(Get(id).waves(0).reason_code(), "WAVE_SOAK");
  EXPECT_THAT(Get(id).reason(), HasSubstr("the canary (wave 1 of 2) soaks until "));
  Advance(40 * kMicrosPerSecond);
  StartAgain();
  Settle();
  Advance(19 * kMicrosPerSecond);
  EXPECT_THAT(Connects(2), ElementsAre(1, 0));
  Advance(kMicrosPerSecond);
  EXPECT_THAT(Connects(2), ElementsAre(1, 1));
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED) << "nothing follows the last wave, so it does not soak";
  CheckLog(id);
}

TEST_F(EngineRolloutTest, TheHealthGateIsAskedWhenTheWholeWaveHasSoaked) {
  Hold("h2");
  const std::string id = Start(InWaves(
      3, "waves {count: 2} soak {seconds: 60} health_gate {tcp {port: 80}} health_gate {unit {name: 'web.service'}}"));
  EXPECT_EQ(Get(id).targets(0).state(), Job::QUEUED);
  EXPECT_EQ(Get(id).targets(0).reason_code(), "WAVE_SOAK");
  Advance(5 * kMicrosPerSecond);
  EXPECT_EQ(transport_.host("h1").executions["health.0"], 0) << "h2 is not done";
  Release("h2");
  EXPECT_EQ(Get(id).waves(0).reason_code(), "WAVE_SOAK");
  Advance(59 * kMicrosPerSecond);
  EXPECT_EQ(transport_.host("h1").executions["health.0"], 0) << "it soaks";
  StartAgain();
  Settle();
  Advance(kMicrosPerSecond);
  EXPECT_EQ(transport_.host("h1").executions["health.0"], 1);
  EXPECT_EQ(transport_.host("h2").executions["health.1"], 1);
  EXPECT_EQ(Get(id).targets(0).state(), Job::SUCCEEDED);
  EXPECT_EQ(Get(id).targets(0).steps(2).section(), "health");
  EXPECT_EQ(Get(id).targets(0).steps(2).stage(), 1);
  EXPECT_EQ(Get(id).targets(2).reason_code(), "WAVE_SOAK") << "the last wave has its gate, too";
  Advance(60 * kMicrosPerSecond);
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
  CheckLog(id);
}

TEST_F(EngineRolloutTest, ATargetThatIsNotWellAfterTheSoakHasFailed) {
  transport_.host("h1").fail_step = "health.0";
  const std::string id = Start(InWaves(3, "canary {count: 1} soak {seconds: 5} health_gate {tcp {port: 80}}"));
  EXPECT_EQ(Get(id).targets(0).state(), Job::QUEUED);
  Advance(5 * kMicrosPerSecond);
  EXPECT_EQ(Get(id).state(), Job::FAILED);
  EXPECT_THAT(Get(id).targets(0).reason(), HasSubstr("step 'health.0' failed"));
  EXPECT_EQ(transport_.host("h2").connects, 0);
  CheckLog(id);
}

TEST_F(EngineRolloutTest, APauseLetsWhatWorksEndAndBeginsNothing) {
  ProvisionRequest request = Request({"h1", "h2"});
  request.set_parallelism(1);
  Hold("h1");
  const std::string id = Start(request);
  EXPECT_TRUE(Pause(id, "lunch")->pause_requested());
  EXPECT_EQ(Get(id).state(), Job::RUNNING);
  EXPECT_THAT(Get(id).reason(), HasSubstr("hosts at work go on to their end, then: paused by uid 0: lunch"));
  const int64_t seq = Get(id).last_seq();
  EXPECT_EQ(Pause(id, "again")->last_seq(), seq) << "it is held already";
  Release("h1");
  EXPECT_EQ(Get(id).targets(0).state(), Job::SUCCEEDED);
  EXPECT_EQ(Get(id).state(), Job::PAUSED);
  EXPECT_EQ(Get(id).reason(), "paused by uid 0: lunch");
  StartAgain();
  Settle();
  EXPECT_EQ(Get(id).state(), Job::PAUSED);
  EXPECT_THAT(Connects(2), ElementsAre(1, 0));
  EXPECT_FALSE(Resume(id)->pause_requested());
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
  const int64_t end = Get(id).last_seq();
  EXPECT_EQ(Resume(id)->last_seq(), end) << "what has ended is returned as it ended";
  EXPECT_EQ(Pause(id)->last_seq(), end);
  CheckLog(id);
}

TEST_F(EngineRolloutTest, AJobThatHasNothingLeftToBeginEndsThoughItIsHeld) {
  Hold("h1");
  const std::string id = Start(Request({"h1"}));
  EXPECT_TRUE(Pause(id).ok());
  Release("h1");
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
  CheckLog(id);
}

TEST_F(EngineRolloutTest, PausesAfterTheCanaryOnce) {
  const std::string id = Start(InWaves(4, "canary {count: 1} waves {count: 2} pause_after_canary: true"));
  EXPECT_EQ(Get(id).state(), Job::PAUSED);
  EXPECT_EQ(Get(id).reason(), "paused: the canary is through");
  EXPECT_EQ(Get(id).waves(0).state(), Job::SUCCEEDED);
  EXPECT_EQ(Get(id).waves(1).state(), Job::PENDING);
  StartAgain();
  Settle();
  EXPECT_EQ(Get(id).state(), Job::PAUSED);
  EXPECT_THAT(Connects(4), ElementsAre(1, 0, 0, 0));
  EXPECT_TRUE(Resume(id).ok());
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
  CheckLog(id);
}

TEST_F(EngineRolloutTest, AJobThatWaitsBehindAnotherCanBeHeld) {
  Hold("h1");
  const std::string first = Start(Request({"h1"}));
  const std::string second = Start(Request({"h1"}));
  EXPECT_EQ(Pause(second)->state(), Job::PAUSED);
  Release("h1");
  EXPECT_EQ(Get(first).state(), Job::SUCCEEDED);
  EXPECT_EQ(Get(second).state(), Job::PAUSED);
  EXPECT_TRUE(Resume(second).ok());
  EXPECT_EQ(Get(second).state(), Job::SUCCEEDED);
  CheckLog(second);
}

TEST_F(EngineRolloutTest, LetGoBehindAnotherJobItSaysSo) {
  Hold("h1");
  Start(Request({"h1"}));
  const std::string second = Start(Request({"h1"}));
  EXPECT_TRUE(Pause(second).ok());
  EXPECT_EQ(Resume(second)->state(), Job::QUEUED);
  EXPECT_THAT(Get(second).reason(), HasSubstr("queued behind"));
  CheckLog(second);
}

TEST_F(EngineRolloutTest, CancelledWhileItIsHeld) {
  const std::string id = Start(InWaves(3, "canary {count: 1} pause_after_canary: true"));
  Cancel(id);
  EXPECT_EQ(Get(id).state(), Job::CANCELLED);
  EXPECT_EQ(Get(id).targets(0).state(), Job::SUCCEEDED);
  EXPECT_EQ(Get(id).targets(1).state(), Job::CANCELLED);
  EXPECT_EQ(Get(id).waves(1).state(), Job::CANCELLED);
  CheckLog(id);
}

TEST_F(EngineRolloutTest, CancelledWhileAWaveSoaks) {
  const std::string id = Start(InWaves(3, "canary {count: 1} soak {seconds: 60} health_gate {tcp {port: 80}}"));
  Cancel(id);
  EXPECT_EQ(Get(id).state(), Job::CANCELLED);
  EXPECT_EQ(Get(id).waves(0).state(), Job::CANCELLED);
  CheckLog(id);
}

TEST_F(EngineRolloutTest, ItsDeadlineCountsWhileItIsHeld) {
  ProvisionRequest request = InWaves(3, "canary {count: 1} pause_after_canary: true");
  request.mutable_timeout()->set_seconds(60);
  const std::string id = Start(request);
  Advance(60 * kMicrosPerSecond);
  EXPECT_EQ(Get(id).state(), Job::TIMED_OUT);
  EXPECT_EQ(Get(id).waves(1).state(), Job::TIMED_OUT);
  CheckLog(id);
}

TEST_F(EngineRolloutTest, ARolledBackCanarySpendsTheBudget) {
  transport_.host("h1").fail_step = "two";
  transport_.host("h1").keeps_undo = true;
  ProvisionRequest request = InWaves(3, "canary {count: 1}");
  request.set_on_failure(provision::v1::Step::ROLLBACK);
  const std::string id = Start(request);
  EXPECT_THAT(Get(id).reason(), HasSubstr("the failure budget of 0 is spent, 2 targets never began"));
  EXPECT_THAT(Connects(3), ElementsAre(1, 0, 0));
  CheckLog(id);
}

TEST_F(EngineRolloutTest, APlanIsMadeWithoutSoakAndPause) {
  ProvisionRequest request =
      InWaves(3, "canary {count: 1} soak {seconds: 60} pause_after_canary: true health_gate {tcp {port: 80}}");
  request.set_mode(Job::PLAN);
  const std::string id = Start(request);
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
  CheckLog(id);
}

TEST_F(EngineRolloutTest, ARetryHasTheSameRolloutOverWhatIsLeft) {
  transport_.host("h1").fail_step = "two";
  const std::string id = Start(InWaves(3, "canary {count: 1}"));
  transport_.host("h1").fail_step = "";
  provision::v1::RetryRequest retry;
  retry.set_name("jobs/" + id);
  std::optional<absl::StatusOr<Job>> out;
  core_->Retry(retry, "test", [&](absl::StatusOr<Job> job) { out = std::move(job); });
  Settle();
  ASSERT_TRUE(out && out->ok()) << out->status();
  const Job again = Get((*out)->name().substr(5));
  EXPECT_EQ(again.targets_size(), 3) << "also those that never began";
  EXPECT_EQ(again.waves_size(), 2);
  EXPECT_EQ(again.state(), Job::SUCCEEDED);
}

}  // namespace
}  // namespace pe
