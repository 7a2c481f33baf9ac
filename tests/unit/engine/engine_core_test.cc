// The engine's loop over the memory store and hosts in memory, in one thread and virtual time.

#include "server/engine/transitions.h"
#include "tests/unit/engine/engine_core_fixture.h"

namespace pe {
namespace {

using provision::v1::Job;
using provision::v1::ProvisionRequest;
using provision::v1::StepStatus;
using testing::ElementsAre;
using testing::HasSubstr;

class EngineCoreTest : public EngineCoreFixture {};

TEST_F(EngineCoreTest, RunsAJobToItsEnd) {
  const std::string id = Start(Request({"h1", "h2"}));
  const Job job = Get(id);
  EXPECT_EQ(job.state(), Job::SUCCEEDED);
  EXPECT_EQ(job.counts().changed(), 4);
  EXPECT_EQ(transport_.host("h1").executions["one"], 1);
  EXPECT_EQ(transport_.open(), 0u);
  EXPECT_TRUE(transport_.host("h1").journal.empty()) << "the journal goes when the end is durable";
  CheckLog(id);
}

TEST_F(EngineCoreTest, AFailedStepFailsTheJobAndRetryRunsIt) {
  transport_.host("h1").fail_step = "two";
  const std::string id = Start(Request({"h1", "h2"}));
  const Job job = Get(id);
  EXPECT_EQ(job.state(), Job::FAILED);
  EXPECT_THAT(job.reason(), HasSubstr("step 'two' failed: it broke"));
  EXPECT_EQ(job.targets(1).state(), Job::SUCCEEDED);
  CheckLog(id);

  transport_.host("h1").fail_step = "";
  provision::v1::RetryRequest retry;
  retry.set_name("jobs/" + id);
  std::optional<absl::StatusOr<Job>> out;
  core_->Retry(retry, "test", [&](absl::StatusOr<Job> job) { out = std::move(job); });
  Settle();
  ASSERT_TRUE(out && out->ok()) << out->status();
  EXPECT_EQ((*out)->parent(), "jobs/" + id);
  EXPECT_EQ((*out)->targets_size(), 1) << "only the target that did not succeed";
  EXPECT_EQ(Get((*out)->name().substr(5)).state(), Job::SUCCEEDED);
}

TEST_F(EngineCoreTest, TheSecondJobOnAHostWaitsAndSaysBehindWhom) {
  transport_.host("h1").hold = true;
  const std::string first = Start(Request({"h1"}));
  const std::string second = Start(Request({"h1"}));
  EXPECT_EQ(Get(second).state(), Job::QUEUED);
  EXPECT_THAT(Get(second).reason(), HasSubstr("queued behind jobs/" + first));
  transport_.host("h1").hold = false;
  transport_.Release("h1");
  Settle();
  EXPECT_EQ(Get(first).state(), Job::SUCCEEDED);
  EXPECT_EQ(Get(second).state(), Job::SUCCEEDED);
  CheckLog(second);
}

TEST_F(EngineCoreTest, AnUnknownHostKeyWaitsForTrust) {
  transport_.host("h1").check_key = true;
  const std::string id = Start(Request({"h1"}));
  EXPECT_EQ(Get(id).state(), Job::PAUSED);
  EXPECT_EQ(Get(id).targets(0).reason_code(), "HOST_KEY_UNKNOWN");
  EXPECT_THAT(Get(id).reason(), HasSubstr(transport_.host("h1").key));
  provision::v1::TrustResourceRequest trust;
  trust.set_name("resources/h1");
  trust.set_host_key(transport_.host("h1").key);
  core_->TrustResource(trust, "uid 0",
                       [](absl::StatusOr<provision::v1::Resource> r) { EXPECT_TRUE(r.ok()) << r.status(); });
  Settle();
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
  const auto resource = store_.GetResource(ResourceId("h1"));
  ASSERT_TRUE(resource.ok());
  EXPECT_EQ(resource->trust_records(0).caller(), "uid 0");
  CheckLog(id);
}

TEST_F(EngineCoreTest, AChangedHostKeyIsAHardStop) {
  transport_.host("h1").check_key = true;
  ProvisionRequest request = Request({"h1"});
  request.mutable_targets(0)->mutable_inline_()->set_host_key("SHA256:" + std::string(43, 'b'));
  const std::string id = Start(request);
  EXPECT_EQ(Get(id).state(), Job::FAILED);
  EXPECT_EQ(Get(id).targets(0).reason_code(), "HOST_KEY_CHANGED");
  EXPECT_EQ(transport_.host("h1").connects, 1);
}

TEST_F(EngineCoreTest, AHostThatIsDownIsTriedAgainThenUnreachable) {
  transport_.host("h1").refuse = {"CONNECT_REFUSED", "connection refused by h1:22", "", true};
  const std::string id = Start(Request({"h1"}));
  EXPECT_EQ(Get(id).state(), Job::PLANNING);
  EXPECT_THAT(Get(id).targets(0).reason(), HasSubstr("trying again"));
  for (int i = 0; i < 60; ++i) Advance(kMicrosPerSecond);
  EXPECT_EQ(Get(id).targets(0).state(), Job::UNREACHABLE);
  EXPECT_EQ(Get(id).state(), Job::FAILED);
  EXPECT_GT(transport_.host("h1").connects, 2);
  CheckLog(id);
}

TEST_F(EngineCoreTest, ACutConnectionResumesWithoutRunningAnythingTwice) {
  transport_.host("h1").hold = true;
  const std::string id = Start(Request({"h1"}));
  transport_.Cut("h1");
  Settle();
  transport_.Release("h1");  // the work ends while nobody is connected
  for (int i = 0; i < 5; ++i) Advance(kMicrosPerSecond);
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
  EXPECT_EQ(transport_.host("h1").executions["one"], 1);
  EXPECT_EQ(transport_.host("h1").runs.size(), 1u) << "the plan is sent once";
  CheckLog(id);
}

TEST_F(EngineCoreTest, ANewEngineGoesOnWithWhatTheOldOneLeft) {
  transport_.host("h1").hold = true;
  const std::string id = Start(Request({"h1"}));
  transport_.Cut("h1");
  StartAgain();
  transport_.Release("h1");
  Settle();
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
  EXPECT_EQ(transport_.host("h1").executions["one"], 1);
  CheckLog(id);
}

TEST_F(EngineCoreTest, CancelStopsARunningJobAndAQueuedOneAtOnce) {
  transport_.host("h1").hold = true;
  const std::string running = Start(Request({"h1"}));
  const std::string queued = Start(Request({"h1"}));
  for (const std::string& id : {queued, running}) {
    provision::v1::CancelRequest cancel;
    cancel.set_name("jobs/" + id);
    core_->Cancel(cancel, "test", [](absl::StatusOr<Job> job) { EXPECT_TRUE(job.ok()); });
    Settle();
    EXPECT_EQ(Get(id).state(), Job::CANCELLED) << Get(id).reason();
  }
  EXPECT_TRUE(transport_.host("h1").cancelled);
  CheckLog(running);
}

// Also while the job's end is on its way to the store, which takes nothing after it.
TEST_F(EngineCoreTest, ACancelIsAnsweredWheneverItComes) {
  bool ended = false;
  for (int commits = 0; !ended; ++commits) {
    const absl::StatusOr<Job> job = Provision(Request({"h1"}));
    ASSERT_TRUE(job.ok()) << job.status();
    int left = commits;
    for (int quiet = 0; quiet < 3;) {
      if (store_.pending() > 0 && left-- == 0) break;
      store_.Pump();
      const bool did = core_->RunOnce();
      quiet = (transport_.Pump() || did) ? 0 : quiet + 1;
    }
    ended = left >= 0;
    std::optional<absl::StatusOr<Job>> answer;
    provision::v1::CancelRequest request;
    request.set_name(job->name());
    core_->Cancel(request, "test", [&](absl::StatusOr<Job> cancelled) { answer = std::move(cancelled); });
    core_->RunOnce();
    Settle();
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->ok()) << "after " << commits << " commits: " << answer->status();
    EXPECT_TRUE(IsTerminal(Get(job->name().substr(5)).state())) << "after " << commits << " commits";
  }
}

TEST_F(EngineCoreTest, TheDeadlineEndsAJob) {
  transport_.host("h1").hold = true;
  ProvisionRequest request = Request({"h1"});
  request.mutable_timeout()->set_seconds(5);
  const std::string id = Start(request);
  Advance(4 * kMicrosPerSecond);
  EXPECT_EQ(Get(id).state(), Job::RUNNING);
  Advance(2 * kMicrosPerSecond);
  EXPECT_EQ(Get(id).state(), Job::TIMED_OUT);
}

TEST_F(EngineCoreTest, ParallelismBoundsTheTargetsAtWork) {
  ProvisionRequest request = Request({"h1", "h2", "h3"});
  request.set_parallelism(1);
  for (const char* host : {"h1", "h2", "h3"}) transport_.host(host).hold = true;
  const std::string id = Start(request);
  EXPECT_EQ(transport_.open(), 1u);
  EXPECT_THAT(Get(id).targets(1).reason(), HasSubstr("1 targets at a time"));
  for (const char* host : {"h1", "h2", "h3"}) {
    transport_.Release(host);
    Settle();
  }
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
}

TEST_F(EngineCoreTest, TheSameRequestIdIsTheSameJob) {
  ProvisionRequest request = Request({"h1"});
  request.set_request_id("r-1");
  const absl::StatusOr<Job> first = Provision(request);
  Settle();
  const absl::StatusOr<Job> again = Provision(request);
  ASSERT_TRUE(first.ok() && again.ok()) << again.status();
  EXPECT_EQ(first->name(), again->name());
  request.mutable_spec()->set_version("other");
  EXPECT_TRUE(absl::IsAlreadyExists(Provision(request).status()));
  Settle();
  EXPECT_EQ(transport_.host("h1").executions["one"], 1);
}

TEST_F(EngineCoreTest, ValidateOnlyStoresNothing) {
  ProvisionRequest request = Request({"h1"});
  request.set_validate_only(true);
  const absl::StatusOr<Job> job = Provision(request);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->name(), "");
  Settle();
  const auto page = store_.ListJobs({}, "", 10);
  EXPECT_TRUE(page.ok() && page->items.empty());
  EXPECT_FALSE(store_.GetResource(ResourceId("h1")).ok());
  EXPECT_EQ(transport_.host("h1").connects, 0);
}

TEST_F(EngineCoreTest, SecretsReachTheHostAndNothingStored) {
  ProvisionRequest request = Request({"h1"});
  auto* variable = request.mutable_spec()->add_variables();
  variable->set_name("token");
  variable->set_type(provision::v1::Variable::SECRET);
  request.mutable_spec()->mutable_steps(0)->mutable_file()->set_content("${vars.token}");
  (*request.mutable_variables())["token"] = "canary-4711";
  const std::string id = Start(request);
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
  EXPECT_THAT(transport_.host("h1").secrets_seen, ElementsAre("canary-4711"));
  EXPECT_EQ(Get(id).DebugString().find("canary"), std::string::npos);
  EXPECT_TRUE(absl::IsNotFound(store_.GetPrivate(JobId(id), "secrets").status())) << "gone with the end of the job";
}

TEST_F(EngineCoreTest, UnknownAndDisabledResourcesAreRefused) {
  ProvisionRequest request = Request({});
  request.add_targets()->set_resource("resources/nope");
  const absl::Status unknown = Provision(request).status();
  EXPECT_TRUE(absl::IsInvalidArgument(unknown)) << unknown;
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("nope"));
  Start(Request({"h1"}));
  provision::v1::DisableResourceRequest disable;
  disable.set_name("resources/h1");
  core_->DisableResource(disable, [](absl::StatusOr<provision::v1::Resource> r) { EXPECT_TRUE(r.ok()); });
  Settle();
  EXPECT_TRUE(absl::IsFailedPrecondition(Provision(Request({"h1"})).status()));
}

TEST_F(EngineCoreTest, ACancelledRollbackOfAnAbsentHostSaysWhatIsUnknown) {
  FakeHost& host = transport_.host("a");
  host.keeps_undo = host.hold_undo = true;
  host.fail_step = "two";
  ProvisionRequest request = Request({"a"});
  request.set_on_failure(provision::v1::Step::ROLLBACK);
  const std::string id = Start(request);
  ASSERT_EQ(Get(id).state(), Job::ROLLING_BACK);
  host.refuse = {"CONNECT_TIMEOUT", "no answer", "", true};
  transport_.Cut("a");
  Settle();
  provision::v1::CancelRequest cancel;
  cancel.set_name("jobs/" + id);
  core_->Cancel(cancel, "test", [](absl::StatusOr<Job> job) { EXPECT_TRUE(job.ok()); });
  for (int i = 0; i < 30; ++i) Advance(kMicrosPerSecond);
  const Job job = Get(id);
  EXPECT_EQ(job.state(), Job::ROLLBACK_FAILED);
  EXPECT_EQ(job.targets(0).reason_code(), "UNREACHABLE_IN_ROLLBACK");
  EXPECT_THAT(job.targets(0).reason(), HasSubstr("25 s after it was to be stopped"));
  EXPECT_THAT(job.targets(0).reason(), HasSubstr("no answer"));
  EXPECT_THAT(job.targets(0).reason(), HasSubstr("not known to be undone: undo.one"));
  EXPECT_EQ(job.targets(0).steps(2).state(), StepStatus::OUTCOME_UNKNOWN) << "the host may go on with it";
  CheckLog(id);
}

TEST_F(EngineCoreTest, AGuardedStepIsConfirmedOverANewConnection) {
  FakeHost& host = transport_.host("a");
  ProvisionRequest request = Request({"a"});
  request.mutable_spec()->mutable_steps(0)->mutable_file()->set_path("/etc/ssh/sshd_config");
  const std::string id = Start(request);
  const Job job = Get(id);
  EXPECT_EQ(job.state(), Job::SUCCEEDED);
  EXPECT_EQ(job.targets(0).steps(0).guard().seconds(), 60);
  EXPECT_FALSE(job.targets(0).steps(1).has_guard());
  EXPECT_EQ(host.connects, 2);
  EXPECT_THAT(host.executions, ElementsAre(testing::Pair("one", 1), testing::Pair("two", 1)));
  CheckLog(id);
}

TEST_F(EngineCoreTest, ALoginThatAGuardedStepRefusesIsTriedAgain) {
  FakeHost& host = transport_.host("a");
  host.refuse_while_guarded = {"AUTH_FAILED", "the login is refused", "", false};
  ProvisionRequest request = Request({"a"});
  request.mutable_spec()->mutable_steps(0)->mutable_file()->set_path("/etc/ssh/sshd_config");
  const std::string id = Start(request);
  EXPECT_EQ(Get(id).state(), Job::RUNNING);
  EXPECT_EQ(Get(id).targets(0).steps(0).state(), StepStatus::WAITING);
  host.refuse_while_guarded = {};
  for (int i = 0; i < 20; ++i) Advance(kMicrosPerSecond);
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED);
}

}  // namespace
}  // namespace pe
