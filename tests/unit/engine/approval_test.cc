// Environments and approvals in the engine's loop, over the memory store and hosts in memory.
#include "tests/unit/engine/engine_core_fixture.h"

namespace pe {
namespace {

using provision::v1::Approval;
using provision::v1::Environment;
using provision::v1::Job;
using provision::v1::ProvisionRequest;
using testing::HasSubstr;

class ApprovalTest : public EngineCoreFixture {
 protected:
  // Host h1 as a resource of `environment`.
  void RegisterHost(const std::string& environment) {
    provision::v1::CreateResourceRequest request;
    request.set_resource_id("h1");
    request.mutable_resource()->set_address("ssh://root@h1");
    request.mutable_resource()->set_environment("environments/" + environment);
    using provision::v1::Resource;
    const auto made = Ask<Resource>([&](Answer<Resource> answer) { core_->CreateResource(request, answer); });
    ASSERT_TRUE(made.ok()) << made.status();
  }
  // The same, and what follows from it.
  template <typename T, typename Call>
  absl::StatusOr<T> Ask(Call call) {
    absl::StatusOr<T> out = EngineCoreFixture::Ask<T>(std::move(call));
    Settle();
    return out;
  }
  static ProvisionRequest Request(const std::string& environment, const std::string& host = "h1") {
    ProvisionRequest request;
    request.set_environment("environments/" + environment);
    request.mutable_spec()->set_name("web");
    auto* step = request.mutable_spec()->add_steps();
    step->set_id("one");
    step->mutable_file()->set_path("/etc/one");
    step->mutable_file()->set_content("x");
    request.add_targets()->mutable_inline_()->set_address("ssh://root@" + host);
    return request;
  }
  absl::StatusOr<Job> Decide(const std::string& id, Approval::Decision decision, const std::string& comment = "") {
    provision::v1::ApproveRequest request;
    request.set_name("jobs/" + id);
    request.set_decision(decision);
    request.set_comment(comment);
    return Ask<Job>([&](Answer<Job> answer) { core_->Approve(request, "uid 7", answer); });
  }
  absl::StatusOr<Environment> Set(Environment environment) {
    provision::v1::UpdateEnvironmentRequest request;
    *request.mutable_environment() = std::move(environment);
    return Ask<Environment>([&](Answer<Environment> answer) { core_->UpdateEnvironment(request, answer); });
  }
};

TEST_F(ApprovalTest, AJobOfProdWaitsAndRunsWhenApproved) {
  const std::string id = Start(Request("prod"));
  EXPECT_EQ(Get(id).state(), Job::AWAITING_APPROVAL);
  EXPECT_THAT(Get(id).reason(), HasSubstr("pe approve " + id));
  EXPECT_EQ(transport_.host("h1").connects, 0);
  const absl::StatusOr<Job> approved = Decide(id, Approval::APPROVED, "go");
  ASSERT_TRUE(approved.ok()) << approved.status();
  const Job job = Get(id);
  EXPECT_EQ(job.state(), Job::SUCCEEDED);
  EXPECT_EQ(job.approval().decision(), Approval::APPROVED);
  EXPECT_EQ(job.approval().caller(), "uid 7");
  EXPECT_EQ(job.approval().comment(), "go");
  EXPECT_EQ(transport_.host("h1").executions["one"], 1);
  CheckLog(id);
  EXPECT_TRUE(Decide(id, Approval::APPROVED).ok()) << "the same decision again";
  EXPECT_TRUE(absl::IsFailedPrecondition(Decide(id, Approval::REJECTED).status()));
}

TEST_F(ApprovalTest, ARejectedJobEndsWithoutAConnection) {
  const std::string id = Start(Request("prod"));
  ASSERT_TRUE(Decide(id, Approval::REJECTED, "not today").ok());
  const Job job = Get(id);
  EXPECT_EQ(job.state(), Job::CANCELLED);
  EXPECT_EQ(job.reason(), "rejected by uid 7: not today");
  EXPECT_FALSE(job.has_start_time());
  EXPECT_EQ(transport_.host("h1").connects, 0);
  EXPECT_EQ(core_->unfinished(), 0u);
  CheckLog(id);
  EXPECT_TRUE(Decide(id, Approval::REJECTED).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Decide(id, Approval::APPROVED).status()));
}

TEST_F(ApprovalTest, APlanAndAJobOfDevNeedNone) {
  RegisterHost("dev");
  ProvisionRequest plan = Request("prod");
  plan.set_mode(Job::PLAN);
  EXPECT_EQ(Get(Start(plan)).state(), Job::SUCCEEDED);
  const std::string dev = Start(Request("dev"));
  EXPECT_EQ(Get(dev).state(), Job::SUCCEEDED);
  EXPECT_FALSE(Get(dev).has_approval());
  EXPECT_TRUE(absl::IsFailedPrecondition(Decide(dev, Approval::APPROVED).status()));
  EXPECT_TRUE(absl::IsNotFound(Decide("none", Approval::APPROVED).status()));
}

TEST_F(ApprovalTest, AHostOfProdIsNotChangedByAJobOfDevUnasked) {
  const std::string first = Start(Request("prod"));
  ASSERT_TRUE(Decide(first, Approval::APPROVED).ok());  // it made its host known, as one of prod
  EXPECT_EQ(Get(Start(Request("dev"))).state(), Job::AWAITING_APPROVAL);
  ProvisionRequest beside = Request("dev", "h2");
  beside.mutable_spec()->mutable_steps(0)->set_on(Get(first).targets(0).resource());
  EXPECT_EQ(Get(Start(beside)).state(), Job::AWAITING_APPROVAL) << "also by a step that runs there";
  EXPECT_EQ(Get(Start(Request("dev", "h3"))).state(), Job::SUCCEEDED);
}

TEST_F(ApprovalTest, AWaitingJobHoldsNoHostAndTakesItsPlaceWhenApproved) {
  RegisterHost("dev");
  const std::string waits = Start(Request("prod"));
  transport_.host("h1").hold = true;
  const std::string runs = Start(Request("dev"));
  EXPECT_EQ(Get(runs).state(), Job::RUNNING) << "nobody is held up by what nobody has decided";
  ASSERT_TRUE(Decide(waits, Approval::APPROVED).ok());
  EXPECT_EQ(Get(waits).state(), Job::QUEUED);
  EXPECT_THAT(Get(waits).reason(), HasSubstr("queued behind jobs/" + runs));
  EXPECT_GT(Get(waits).admission(), Get(runs).admission());
  transport_.host("h1").hold = false;
  transport_.Release("h1");
  Settle();
  EXPECT_EQ(Get(runs).state(), Job::SUCCEEDED);
  EXPECT_EQ(Get(waits).state(), Job::SUCCEEDED);
  CheckLog(waits);
}

// The place in the queue is taken when a job is approved; one that was accepted just before and is still on its way to
// the store comes first.
TEST_F(ApprovalTest, AnApprovedJobComesBehindOneThatIsBeingStored) {
  RegisterHost("dev");
  const std::string waits = Start(Request("prod"));
  transport_.host("h1").hold = true;
  std::string runs;
  core_->Provision(Request("dev"), "test", [&](absl::StatusOr<Job> job) { runs = job->name().substr(5); });
  provision::v1::ApproveRequest approve;
  approve.set_name("jobs/" + waits);
  core_->Approve(approve, "test", [](absl::StatusOr<Job> job) { EXPECT_TRUE(job.ok()) << job.status(); });
  Settle();
  EXPECT_EQ(Get(runs).state(), Job::RUNNING);
  EXPECT_EQ(Get(waits).state(), Job::QUEUED);
  EXPECT_EQ(transport_.host("h1").runs.size(), 1u);
}

TEST_F(ApprovalTest, WaitingAndItsDecisionSurviveARestart) {
  const std::string id = Start(Request("prod"));
  StartAgain();
  Settle();
  EXPECT_EQ(Get(id).state(), Job::AWAITING_APPROVAL);
  EXPECT_EQ(transport_.host("h1").connects, 0);
  transport_.host("h1").hold = true;
  ASSERT_TRUE(Decide(id, Approval::APPROVED).ok());
  transport_.Cut("h1");
  StartAgain();
  EXPECT_EQ(Get(id).approval().caller(), "uid 7");
  transport_.Release("h1");
  Settle();
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
  EXPECT_EQ(transport_.host("h1").executions["one"], 1);
  CheckLog(id);
}

TEST_F(ApprovalTest, AWaitingJobCanBeCancelledAndRunsOutOfTime) {
  const std::string cancelled = Start(Request("prod"));
  provision::v1::CancelRequest cancel;
  cancel.set_name("jobs/" + cancelled);
  ASSERT_TRUE(Ask<Job>([&](Answer<Job> answer) { core_->Cancel(cancel, "test", answer); }).ok());
  EXPECT_EQ(Get(cancelled).state(), Job::CANCELLED);

  ProvisionRequest limited = Request("prod");
  limited.mutable_timeout()->set_seconds(60);
  const std::string late = Start(limited);
  StartAgain();  // the deadline goes on over it
  clock_.Advance(59 * kMicrosPerSecond);
  Settle();
  EXPECT_EQ(Get(late).state(), Job::AWAITING_APPROVAL);
  clock_.Advance(2 * kMicrosPerSecond);
  Settle();
  EXPECT_EQ(Get(late).state(), Job::TIMED_OUT);
  EXPECT_TRUE(absl::IsFailedPrecondition(Decide(late, Approval::APPROVED).status()));
  EXPECT_EQ(transport_.host("h1").connects, 0);
  CheckLog(late);
}

TEST_F(ApprovalTest, ARetryAndARollbackNeedTheirOwn) {
  transport_.host("h1").fail_step = "one";
  const std::string id = Start(Request("prod"));
  ASSERT_TRUE(Decide(id, Approval::APPROVED).ok());
  ASSERT_EQ(Get(id).state(), Job::FAILED);
  provision::v1::RetryRequest retry;
  retry.set_name("jobs/" + id);
  const auto again = Ask<Job>([&](Answer<Job> answer) { core_->Retry(retry, "test", answer); });
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->state(), Job::AWAITING_APPROVAL);

  transport_.host("h2").keeps_undo = true;
  const std::string done = Start(Request("prod", "h2"));
  ASSERT_TRUE(Decide(done, Approval::APPROVED).ok());
  provision::v1::RollbackRequest rollback;
  rollback.set_name("jobs/" + done);
  const auto back = Ask<Job>([&](Answer<Job> answer) { core_->Rollback(rollback, "test", answer); });
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->state(), Job::AWAITING_APPROVAL);
}

TEST_F(ApprovalTest, AJobTakesOverWhatItsEnvironmentSays) {
  Environment dev;
  dev.set_name("environments/dev");
  (*dev.mutable_variables())["greeting"] = "from dev";
  (*dev.mutable_variables())["given"] = "from dev";
  (*dev.mutable_variables())["pw"] = "never";
  (*dev.mutable_variables())["unknown"] = "x";
  dev.set_parallelism(7);
  dev.mutable_rollout()->mutable_canary()->set_count(1);
  ASSERT_TRUE(Set(dev).ok());
  ProvisionRequest request = Request("dev");
  for (const char* name : {"greeting", "given", "defaulted"}) request.mutable_spec()->add_variables()->set_name(name);
  request.mutable_spec()->mutable_variables(2)->set_default_("from the spec");
  (*request.mutable_variables())["given"] = "from the request";
  const Job job = Get(Start(request));
  EXPECT_EQ(job.variables().at("greeting"), "from dev");
  EXPECT_EQ(job.variables().at("given"), "from the request");
  EXPECT_EQ(job.variables().at("defaulted"), "from the spec");
  EXPECT_FALSE(job.variables().contains("unknown"));
  EXPECT_EQ(job.parallelism(), 7);
  EXPECT_EQ(job.rollout().canary().count(), 1);

  auto* secret = request.mutable_spec()->add_variables();
  secret->set_name("pw");
  secret->set_type(provision::v1::Variable::SECRET);
  EXPECT_THAT(std::string(Provision(request).status().message()), HasSubstr("variables.pw: is required"));
}

TEST_F(ApprovalTest, WhatTheEnvironmentDoesNotFitIsAViolation) {
  EXPECT_THAT(std::string(Provision(Request("none")).status().message()),
              HasSubstr("environment: no such environment 'environments/none'; there are: environments/dev"));
  Environment dev;
  dev.set_name("environments/dev");
  (*dev.mutable_variables())["port"] = "many";
  ASSERT_TRUE(Set(dev).ok());
  ProvisionRequest request = Request("dev");
  request.mutable_spec()->add_variables()->set_name("port");
  request.mutable_spec()->mutable_variables(0)->set_type(provision::v1::Variable::INT);
  request.mutable_spec()->add_variables()->set_name("missing");
  const absl::Status refused = Provision(request).status();
  EXPECT_THAT(std::string(refused.message()), HasSubstr("environments/dev has a value for port"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("1 more")) << "the missing variable, at the same time";
}

TEST_F(ApprovalTest, ARepeatedRequestFindsItsJobAfterTheEnvironmentHasChanged) {
  RegisterHost("dev");
  provision::v1::CreateEnvironmentRequest create;
  create.set_environment_id("stage");
  (*create.mutable_environment()->mutable_variables())["greeting"] = "a";
  ASSERT_TRUE(Ask<Environment>([&](Answer<Environment> a) { core_->CreateEnvironment(create, a); }).ok());
  ProvisionRequest request = Request("stage");
  request.set_request_id("r1");
  request.mutable_spec()->add_variables()->set_name("greeting");
  const std::string id = Start(request);
  Environment changed;
  changed.set_name("environments/stage");
  (*changed.mutable_variables())["greeting"] = "b";
  ASSERT_TRUE(Set(changed).ok());
  EXPECT_EQ(Start(request), id);
  provision::v1::DeleteEnvironmentRequest gone;
  gone.set_name("environments/stage");
  ASSERT_TRUE(Ask<Environment>([&](Answer<Environment> a) { core_->DeleteEnvironment(gone, a); }).ok());
  EXPECT_EQ(Start(request), id);
  request.set_request_id("r2");
  EXPECT_TRUE(absl::IsInvalidArgument(Provision(request).status()));
}

TEST_F(ApprovalTest, AnEnvironmentInUseStaysAndEtagsHold) {
  RegisterHost("dev");
  const std::string id = Start(Request("prod"));
  provision::v1::DeleteEnvironmentRequest gone;
  gone.set_name("environments/prod");
  const auto refused = Ask<Environment>([&](Answer<Environment> a) { core_->DeleteEnvironment(gone, a); });
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("jobs/" + id + " belongs to environments/prod"));
  Environment change;
  change.set_name("environments/prod");
  change.set_description("x");
  change.set_etag("stale");
  EXPECT_TRUE(absl::IsAborted(Set(change).status()));
  change.clear_etag();
  const auto set = Set(change);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_TRUE(set->approval_required()) << "what the update does not name stays";
  EXPECT_NE(set->etag(), "1");
  EXPECT_EQ(store_.GetEnvironment(EnvironmentId("prod"))->etag(), set->etag());
}

}  // namespace
}  // namespace pe
