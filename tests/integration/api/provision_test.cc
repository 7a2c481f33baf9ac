#include <gmock/gmock.h>

#include "tests/integration/api/api_fixture.h"

namespace pe {
namespace {

using provision::v1::Job;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ProvisionTest = ApiFixture;

provision::v1::ProvisionRequest GoodRequest(const std::string& id) {
  provision::v1::ProvisionRequest request;
  request.mutable_spec()->set_name("hello");
  request.mutable_spec()->set_version("1.0.0");
  request.add_targets()->mutable_inline_()->set_address("local://localhost");
  request.set_request_id(id);
  return request;
}

TEST_F(ProvisionTest, AnEmptyRequestGetsAllViolations) {
  Job job;
  const grpc::Status status = jobs_->Provision(Context().get(), {}, &job);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(BadFields(status), Contains("spec"));
  EXPECT_THAT(BadFields(status), Contains("targets"));
}

TEST_F(ProvisionTest, AcceptsAndRepeatsAndValidates) {
  Job job;
  ASSERT_TRUE(jobs_->Provision(Context().get(), GoodRequest("a"), &job).ok());
  EXPECT_EQ(job.name(), "jobs/a");
  const grpc::Status again = jobs_->Provision(Context().get(), GoodRequest("a"), &job);
  EXPECT_EQ(again.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(again)->reason(), "REQUEST_ID_REUSED");
  auto validate = GoodRequest("b");
  validate.set_validate_only(true);
  ASSERT_TRUE(jobs_->Provision(Context().get(), validate, &job).ok());
  EXPECT_EQ(job.name(), "");
}

TEST_F(ProvisionTest, StatusShowsWhatTheViewSays) {
  engine_.MakeJob("a");
  provision::v1::StatusRequest request;
  request.set_name("jobs/a");
  Job job;
  ASSERT_TRUE(jobs_->Status(Context().get(), request, &job).ok());
  EXPECT_EQ(job.targets_size(), 3);
  EXPECT_EQ(job.targets(0).steps_size(), 0);
  EXPECT_FALSE(job.has_spec());
  request.set_view(provision::v1::FULL);
  ASSERT_TRUE(jobs_->Status(Context().get(), request, &job).ok());
  EXPECT_EQ(job.targets(0).steps_size(), 1);
  EXPECT_TRUE(job.has_spec());
}

TEST_F(ProvisionTest, WhatIsNotThereIsNamed) {
  Job job;
  provision::v1::StatusRequest status_request;
  status_request.set_name("jobs/nope");
  provision::v1::CancelRequest cancel_request;
  cancel_request.set_name("jobs/nope");
  for (const grpc::Status& status :
       {jobs_->Status(Context().get(), status_request, &job), jobs_->Cancel(Context().get(), cancel_request, &job)}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
    const auto info = DetailOf<google::rpc::ResourceInfo>(status);
    ASSERT_TRUE(info.has_value());
    EXPECT_EQ(info->resource_type(), "provision.dev/Job");
    EXPECT_EQ(info->resource_name(), "jobs/nope");
  }
}

TEST_F(ProvisionTest, NamesAreChecked) {
  Job job;
  provision::v1::StatusRequest status_request;
  provision::v1::CancelRequest cancel_request;
  provision::v1::RetryRequest retry_request;
  for (const char* name : {"", "jobs/", "a", "resources/a", "jobs/a/b"}) {
    status_request.set_name(name), cancel_request.set_name(name), retry_request.set_name(name);
    EXPECT_THAT(BadFields(jobs_->Status(Context().get(), status_request, &job)), ElementsAre("name")) << name;
    EXPECT_THAT(BadFields(jobs_->Cancel(Context().get(), cancel_request, &job)), ElementsAre("name")) << name;
    EXPECT_THAT(BadFields(jobs_->Retry(Context().get(), retry_request, &job)), ElementsAre("name")) << name;
  }
}

TEST_F(ProvisionTest, PreconditionsTravel) {
  provision::v1::RetryRequest request;
  request.set_name("jobs/a");
  Job job;
  const grpc::Status status = jobs_->Retry(Context().get(), request, &job);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status)->reason(), "JOB_NOT_TERMINAL");
}

TEST_F(ProvisionTest, PagesGiveEveryJobOnceNewestFirst) {
  std::vector<std::string> made;
  for (int i = 10; i < 33; ++i) made.push_back(engine_.MakeJob("job-" + std::to_string(i)));
  provision::v1::ListRequest request;
  request.set_page_size(10);
  std::vector<std::string> seen;
  int pages = 0;
  do {
    provision::v1::ListResponse response;
    ASSERT_TRUE(jobs_->List(Context().get(), request, &response).ok());
    EXPECT_LE(response.jobs_size(), 10);
    for (const Job& job : response.jobs()) seen.push_back(job.name());
    request.set_page_token(response.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  std::reverse(made.begin(), made.end());
  EXPECT_EQ(seen, made);
}

TEST_F(ProvisionTest, FiltersAndTheirTokens) {
  for (int i = 0; i < 5; ++i) engine_.MakeJob("job-" + std::to_string(i));
  engine_.End("jobs/job-2");
  provision::v1::ListRequest request;
  provision::v1::ListResponse response;
  request.set_filter("state = SUCCEEDED");
  ASSERT_TRUE(jobs_->List(Context().get(), request, &response).ok());
  ASSERT_THAT(response.jobs(), SizeIs(1));
  EXPECT_EQ(response.jobs(0).name(), "jobs/job-2");

  request.set_filter("stat = SUCCEEDED");
  const grpc::Status wrong = jobs_->List(Context().get(), request, &response);
  EXPECT_THAT(BadFields(wrong), ElementsAre("filter"));
  EXPECT_THAT(DetailOf<google::rpc::BadRequest>(wrong)->field_violations(0).description(),
              HasSubstr("did you mean `state`"));

  request.set_filter("state = PENDING");
  request.set_page_size(2);
  ASSERT_TRUE(jobs_->List(Context().get(), request, &response).ok());
  request.set_page_token(response.next_page_token());
  ASSERT_FALSE(request.page_token().empty());
  request.set_filter("");
  EXPECT_THAT(BadFields(jobs_->List(Context().get(), request, &response)), ElementsAre("page_token"));
  request.set_page_token("x" + request.page_token());
  EXPECT_THAT(BadFields(jobs_->List(Context().get(), request, &response)), ElementsAre("page_token"));
  request.set_page_token("");
  request.set_page_size(-1);
  EXPECT_THAT(BadFields(jobs_->List(Context().get(), request, &response)), ElementsAre("page_size"));
  request.set_page_size(1'000'000);
  EXPECT_TRUE(jobs_->List(Context().get(), request, &response).ok());
}

}  // namespace
}  // namespace pe
