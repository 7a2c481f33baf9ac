#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using namespace provision::v1;  // NOLINT: a test of many messages
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

template <typename Request>
std::vector<std::string> Problems(const std::string& text) {
  return Lines(Validate(Parse<Request>(text)));
}

const std::string kKey = "SHA256:" + std::string(43, 'A');

TEST(ValidateProvision, GoodRequests) {
  EXPECT_THAT(Problems<ProvisionRequest>("spec {name: 'web'} targets {resource: 'resources/web-1'}"), IsEmpty());
  EXPECT_THAT(Problems<ProvisionRequest>("spec {name: 'web' variables {name: 'a'}} variables {key: 'a' value: 'x'} "
                                         "request_id: 'r-1' mode: PLAN parallelism: 3 "
                                         "timeout {seconds: 60} environment: 'environments/prod' on_failure: CONTINUE "
                                         "targets {label_selector: 'role=web,zone=a'} "
                                         "targets {inline {address: 'ssh://root@10.0.0.5' host_key: '" +
                                         kKey + "' credential: 'ops'}}"),
              IsEmpty());
}

TEST(ValidateProvision, AllViolationsAtOnce) {
  EXPECT_THAT(
      Problems<ProvisionRequest>(
          "spec {name: 'Web' variables {name: 'greeting'} variables {name: 'pw' type: SECRET}} variables {key: "
          "'greting' value: 'x'} request_id: 'a b' "
          "mode: ROLLBACK "
          "timeout {} parallelism: -1 environment: 'prod' targets {} targets {resource: 'web-1'} targets "
          "{label_selector: 'x'} "
          "targets {inline {address: 'web-1'}} targets {inline {address: 'local://' host_key: '" +
          kKey + "' credential: '/etc/key'}}"),
      ElementsAre("targets[0]: is empty; set resource, label_selector or inline",
                  HasSubstr("targets[1].resource: 'web-1' is not a resource name"),
                  HasSubstr("targets[2].label_selector"),
                  HasSubstr("targets[3].inline.address: 'web-1': an address is"),
                  "targets[4].inline.host_key: the transport 'local' has no host keys",
                  HasSubstr("targets[4].inline.credential"), HasSubstr("mode: ROLLBACK is for a job that has run"),
                  HasSubstr("request_id"), HasSubstr("timeout"), HasSubstr("parallelism"), HasSubstr("environment"),
                  "variables.greting: the spec does not declare it; did you mean 'greeting'?",
                  "variables.pw: is required: it is declared without a default",
                  HasSubstr("spec.name: 'Web' is not a service name")));
}

TEST(ValidateProvision, Rollout) {
  const std::string request = "spec {name: 'web'} targets {resource: 'resources/a'} ";
  EXPECT_THAT(Problems<ProvisionRequest>(request + "rollout {canary {count: 1} waves {percent: 25} failure_budget "
                                                   "{percent: 0} soak {seconds: 60} pause_after_canary: true "
                                                   "health_gate {tcp {port: 80}}}"),
              IsEmpty());
  EXPECT_THAT(
      Problems<ProvisionRequest>(request + "rollout {canary {} waves {count: 0} waves {percent: 101} "
                                           "failure_budget {count: -1} soak {seconds: 604801} "
                                           "health_gate {} health_gate {http {url: '${vars.nowhere}'}}}"),
      UnorderedElementsAre("rollout.canary: is empty; set count or percent", HasSubstr("rollout.waves[0].count"),
                           HasSubstr("rollout.waves[1].percent"), HasSubstr("rollout.failure_budget.count"),
                           HasSubstr("rollout.soak"), HasSubstr("rollout.health_gate[0]: has no condition"),
                           HasSubstr("rollout.health_gate[1].http.url")));
  EXPECT_THAT(Problems<ProvisionRequest>(request + "rollout {pause_after_canary: true}"),
              ElementsAre(HasSubstr("rollout.pause_after_canary: there is no canary")));
  ProvisionRequest many = Parse<ProvisionRequest>(request);
  for (int i = 0; i < 101; ++i) many.mutable_rollout()->add_waves()->set_count(1);
  EXPECT_THAT(Lines(Validate(many)), ElementsAre("rollout.waves: more than 100 sizes (101)"));
}

TEST(ValidatePause, NameAndReason) {
  EXPECT_THAT(Problems<PauseRequest>("name: 'jobs/01h8xgjw3q4yv5s6' reason: 'lunch'"), IsEmpty());
  EXPECT_THAT(Problems<PauseRequest>("name: 'x' reason: 'a\\nb'"), ElementsAre(HasSubstr("name"), HasSubstr("reason")));
  EXPECT_THAT(Problems<ResumeRequest>(""), ElementsAre(HasSubstr("name: is required")));
}

TEST(ValidateProvision, SpecAndTargetsAreRequired) {
  EXPECT_THAT(Problems<ProvisionRequest>(""),
              ElementsAre("spec: is required", "targets: is required: at least one target"));
  EXPECT_THAT(Problems<ProvisionRequest>("spec_ref: 'x' targets {resource: 'resources/a'}"),
              ElementsAre(HasSubstr("spec_ref: a catalogue of specs is not implemented")));
  ProvisionRequest many = Parse<ProvisionRequest>("spec {name: 'web'}");
  for (int i = 0; i <= kMaxTargets; ++i) many.add_targets()->set_resource("resources/a");
  EXPECT_THAT(Lines(Validate(many)), ElementsAre("targets: more than 10000 targets (10001)"));
}

TEST(ValidateProvision, InterpolationHasNoMeaningOutsideTheSpec) {
  EXPECT_THAT(Problems<ProvisionRequest>(
                  "spec {name: 'web'} targets {resource: 'resources/${facts.hostname}'} request_id: '${x}'"),
              ElementsAre(HasSubstr("targets[0].resource"), HasSubstr("request_id")));
}

TEST(ValidateProvision, UnknownEnums) {
  ProvisionRequest request = Parse<ProvisionRequest>("spec {name: 'web'} targets {resource: 'resources/a'}");
  request.set_mode(static_cast<Job::Mode>(7));
  request.set_on_failure(static_cast<Step::OnFailure>(8));
  EXPECT_THAT(Lines(Validate(request)), ElementsAre(HasSubstr("mode: 7"), HasSubstr("on_failure: 8")));
}

TEST(ValidateJobs, Names) {
  EXPECT_THAT(Problems<StatusRequest>("name: 'jobs/abc' view: FULL"), IsEmpty());
  EXPECT_THAT(Problems<StatusRequest>(""), ElementsAre("name: is required"));
  EXPECT_THAT(Problems<CancelRequest>("name: 'abc'"), ElementsAre(HasSubstr("is not a job name")));
  EXPECT_THAT(Problems<WatchRequest>("name: 'jobs/a' after_seq: -1 filter {targets: [0, -1]}"),
              ElementsAre(HasSubstr("after_seq: is negative"), HasSubstr("filter.targets[1]: is negative")));
  EXPECT_THAT(Problems<ListRequest>("page_size: -1"), ElementsAre(HasSubstr("page_size: is negative")));
  EXPECT_THAT(Problems<ListRequest>("page_size: 5000"), IsEmpty());
}

TEST(ValidateJobs, Retry) {
  EXPECT_THAT(Problems<RetryRequest>("name: 'jobs/a' step: 'page[2]' request_id: 'r' variables {key: 'pw' value: 'x'}"),
              IsEmpty());
  EXPECT_THAT(Problems<RetryRequest>("name: 'jobs/a' step: 'a b' variables {key: 'p w' value: '\\036x'}"),
              ElementsAre(HasSubstr("step:"), HasSubstr("variables:"),
                          HasSubstr("variables.p w: the secret has a control character")));
}

TEST(ValidateJobs, Approve) {
  EXPECT_THAT(Problems<ApproveRequest>("name: 'jobs/a' decision: REJECTED comment: 'not today'"), IsEmpty());
  ApproveRequest request = Parse<ApproveRequest>("name: 'a'");
  request.set_decision(static_cast<Approval::Decision>(9));
  request.set_comment(std::string(1001, 'x'));
  EXPECT_THAT(Lines(Validate(request)),
              ElementsAre(HasSubstr("is not a job name"), HasSubstr("decision: 9 is not a decision"),
                          HasSubstr("comment: is longer than 1000 characters")));
  request = Parse<ApproveRequest>("name: 'jobs/a'");
  for (int i = 0; i < 1000; ++i) request.mutable_comment()->append("\u00e4");  // characters, not bytes
  EXPECT_THAT(Lines(Validate(request)), IsEmpty());
}

TEST(ValidateEnvironments, AllViolationsAtOnce) {
  EXPECT_THAT(Problems<CreateEnvironmentRequest>("environment_id: 'stage' environment {description: 'x' parallelism: 3 "
                                                 "variables {key: 'greeting' value: 'hello'}}"),
              IsEmpty());
  EXPECT_THAT(
      Problems<CreateEnvironmentRequest>("environment_id: 'Stage' environment {description: 'a\\nb' parallelism: -1 "
                                         "variables {key: 'a b' value: 'x'} variables {key: 'c' value: '\\036'}}"),
      ElementsAre(HasSubstr("environment_id"), HasSubstr("environment.description"),
                  HasSubstr("environment.variables: 'a b'"),
                  HasSubstr("environment.variables.c: has a control character"), HasSubstr("environment.parallelism")));
  EXPECT_THAT(
      Problems<UpdateEnvironmentRequest>("environment {name: 'prod'} update_mask {paths: ['name', 'varables']}"),
      ElementsAre(HasSubstr("environment.name"), HasSubstr("'name' cannot be updated"),
                  HasSubstr("did you mean 'variables'?")));
}

TEST(ValidateResources, Create) {
  EXPECT_THAT(Problems<CreateResourceRequest>("resource_id: 'web-1' resource {address: 'ssh://web-1' host_key: '" +
                                              kKey + "' labels {key: 'role' value: 'web'}}"),
              IsEmpty());
  EXPECT_THAT(Problems<CreateResourceRequest>("resource_id: 'Web' resource {address: 'ssh://' host_key: 'x' labels "
                                              "{key: '=' value: ' '} credential: '../k'}"),
              ElementsAre(HasSubstr("resource_id"), HasSubstr("resource.address"), HasSubstr("resource.labels: '='"),
                          HasSubstr("resource.labels.="), HasSubstr("resource.credential")));
}

TEST(ValidateResources, Update) {
  EXPECT_THAT(Problems<UpdateResourceRequest>(
                  "resource {name: 'resources/a' address: 'local://'} update_mask {paths: ['address', 'labels']}"),
              IsEmpty());
  EXPECT_THAT(Problems<UpdateResourceRequest>(
                  "resource {name: 'resources/a'} update_mask {paths: ['address', 'state', 'lables']}"),
              ElementsAre(HasSubstr("'state' cannot be updated"), HasSubstr("did you mean 'labels'?"),
                          HasSubstr("resource.address: is required")));
}

TEST(ValidateResources, Others) {
  EXPECT_THAT(Problems<GetResourceRequest>("name: 'resources/a'"), IsEmpty());
  EXPECT_THAT(Problems<DeleteResourceRequest>("name: 'a'"), ElementsAre(HasSubstr("is not a resource name")));
  EXPECT_THAT(Problems<DisableResourceRequest>("name: 'resources/a' reason: 'x\\ny'"),
              ElementsAre(HasSubstr("reason:")));
  EXPECT_THAT(Problems<EnableResourceRequest>("name: ''"), ElementsAre("name: is required"));
  EXPECT_THAT(Problems<ListResourcesRequest>("label_selector: 'a'"), ElementsAre(HasSubstr("label_selector:")));
  EXPECT_THAT(Problems<TrustResourceRequest>("name: 'resources/a'"), ElementsAre("host_key: is required"));
  EXPECT_THAT(Problems<TrustResourceRequest>("name: 'resources/a' host_key: '" + kKey + "'"), IsEmpty());
}

}  // namespace
}  // namespace pe
