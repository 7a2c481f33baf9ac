#include "tests/integration/api/fake_engine.h"

#include <gtest/gtest.h>

#include <future>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/engine/errors.h"
#include "server/engine/proto_time.h"

namespace pe {
namespace {

using provision::v1::Event;
using provision::v1::Job;
using provision::v1::Resource;

absl::Status SubmitAndWait(Store& store, Batch batch) {
  std::promise<absl::Status> done;
  store.Submit(std::move(batch), [&](const absl::Status& status, const Applied&) { done.set_value(status); });
  return done.get_future().get();
}

JobId IdOf(const std::string& name) { return JobId(std::string(absl::StripPrefix(name, "jobs/"))); }
ResourceId ResourceOf(const std::string& name) {
  return ResourceId(std::string(absl::StripPrefix(name, "resources/")));
}

Event Base(const std::string& name, int64_t seq) {
  Event event;
  event.set_job(name);
  event.set_seq(seq);
  event.set_target(-1);
  event.set_step(-1);
  *event.mutable_time() = ToTimestamp(SystemClock().Wall());
  return event;
}

}  // namespace

FakeEngine::FakeEngine(Store* store, EventHub* hub) : store_(store), hub_(hub) {
  lease_ = *store->AcquireLease(1, int64_t{1} << 50);
}

std::string FakeEngine::MakeJob(const std::string& id) {
  const std::string name = absl::StrCat("jobs/", id);
  Batch batch{.epoch = lease_.epoch, .now = 1};
  CreateJob create;
  create.job.set_name(name);
  create.job.set_state(Job::PENDING);
  create.job.set_service("hello-web");
  create.job.mutable_spec()->set_name("hello-web");
  for (int i = 0; i < 3; ++i) {
    create.targets.push_back({.index = i});
    create.targets.back().target.set_resource(absl::StrCat("resources/web-", i));
    create.targets.back().target.add_steps()->set_id("step");
  }
  AppendEvents append{.job = JobId(id)};
  append.events.push_back(Base(name, 1));
  append.events[0].mutable_created()->mutable_job()->set_name(name);
  append.summary = create.job;
  append.summary.set_last_seq(1);
  create.job.set_last_seq(0);
  batch.jobs.push_back(std::move(create));
  batch.appends.push_back(std::move(append));
  const absl::Status status = SubmitAndWait(*store_, std::move(batch));
  EXPECT_TRUE(status.ok()) << status;
  return name;
}

void FakeEngine::Commit(const std::string& name, std::vector<Event> events, bool terminal) {
  auto job = store_->GetJob(IdOf(name), JobDetail::kSummary);
  ASSERT_TRUE(job.ok()) << job.status();
  auto batch = std::make_shared<EventBatch>();
  batch->job = IdOf(name);
  batch->from_seq = events.front().seq();
  batch->through_seq = events.back().seq();
  batch->events = events;
  batch->terminal = terminal;
  AppendEvents append{.job = IdOf(name), .events = std::move(events), .summary = *job, .terminal = terminal};
  append.summary.set_last_seq(batch->through_seq);
  append.summary.set_state(terminal ? Job::SUCCEEDED : Job::RUNNING);
  Batch write{.epoch = lease_.epoch, .now = 1};
  write.appends.push_back(std::move(append));
  const absl::Status status = SubmitAndWait(*store_, std::move(write));
  ASSERT_TRUE(status.ok()) << status;
  if (!std::exchange(lose_notice_, false)) hub_->Publish(std::move(batch));
}

void FakeEngine::Append(const std::string& name, int count, size_t bytes) {
  MutexLock lock(&mu_);
  int64_t seq = store_->GetJob(IdOf(name), JobDetail::kSummary)->last_seq();
  std::vector<Event> events;
  for (int i = 0; i < count; ++i) {
    events.push_back(Base(name, ++seq));
    if (seq % 3 == 0) {
      events.back().set_target(static_cast<int32_t>(seq % 9 / 3));
      events.back().mutable_output()->set_data(std::string(bytes, 'x'));
    } else {
      events.back().mutable_warning()->set_message("note");
    }
  }
  Commit(name, std::move(events), false);
}

void FakeEngine::End(const std::string& name) {
  MutexLock lock(&mu_);
  Event event = Base(name, store_->GetJob(IdOf(name), JobDetail::kSummary)->last_seq() + 1);
  event.mutable_state()->set_state(Job::SUCCEEDED);
  Commit(name, {event}, true);
}

void FakeEngine::LoseNextNotice() {
  MutexLock lock(&mu_);
  lose_notice_ = true;
}

std::string FakeEngine::last_caller() const {
  MutexLock lock(&mu_);
  return last_caller_;
}

void FakeEngine::Provision(provision::v1::ProvisionRequest request, Caller caller, Answer<Job> answer) {
  {
    MutexLock lock(&mu_);
    last_caller_ = std::move(caller.identity);
  }
  Job job;
  job.set_service(request.spec().name());
  if (!request.validate_only()) {
    if (store_->GetJob(JobId(request.request_id()), JobDetail::kSummary).ok()) {
      return answer(RequestIdReused(request.request_id(), "jobs/" + request.request_id()));
    }
    job.set_name(MakeJob(request.request_id()));
  }
  answer(job);
}

void FakeEngine::Cancel(provision::v1::CancelRequest request, std::string, Answer<Job> answer) {
  auto job = store_->GetJob(IdOf(request.name()), JobDetail::kTargets);
  if (!job.ok()) return answer(NoSuch("provision.dev/Job", request.name()));
  job->set_cancel_requested(true);
  answer(std::move(job));
}

void FakeEngine::Retry(provision::v1::RetryRequest, Caller, Answer<Job> answer) {
  answer(Precondition("JOB_NOT_TERMINAL", "the job has not ended"));
}

void FakeEngine::Pause(provision::v1::PauseRequest request, std::string, Answer<Job> answer) {
  auto job = store_->GetJob(IdOf(request.name()), JobDetail::kTargets);
  if (!job.ok()) return answer(NoSuch("provision.dev/Job", request.name()));
  job->set_pause_requested(true);
  answer(std::move(job));
}

void FakeEngine::Resume(provision::v1::ResumeRequest request, std::string, Answer<Job> answer) {
  answer(store_->GetJob(IdOf(request.name()), JobDetail::kTargets));
}

void FakeEngine::Rollback(provision::v1::RollbackRequest, Caller, Answer<Job> answer) {
  answer(Precondition("JOB_NOT_TERMINAL", "the job has not ended"));
}

void FakeEngine::Approve(provision::v1::ApproveRequest, std::string caller, Answer<Job> answer) {
  {
    MutexLock lock(&mu_);
    last_caller_ = std::move(caller);
  }
  answer(Precondition("JOB_NOT_AWAITING_APPROVAL", "the job does not await an approval"));
}

void FakeEngine::CreateEnvironment(provision::v1::CreateEnvironmentRequest request,
                                   Answer<provision::v1::Environment> answer) {
  provision::v1::Environment environment = request.environment();
  environment.set_name("environments/" + request.environment_id());
  Batch batch{.epoch = lease_.epoch, .now = 1};
  batch.environments.push_back({.environment = environment, .expect = PutResource::Expect::kNew});
  store_->Submit(std::move(batch), [=](const absl::Status& status, const Applied&) {
    if (status.ok()) return answer(environment);
    answer(absl::IsAlreadyExists(status) ? EnvironmentExists(environment.name()) : status);
  });
}

void FakeEngine::UpdateEnvironment(provision::v1::UpdateEnvironmentRequest request,
                                   Answer<provision::v1::Environment> answer) {
  if (request.environment().etag() == "old") return answer(EtagMismatch(request.environment().name()));
  answer(request.environment());
}

void FakeEngine::DeleteEnvironment(provision::v1::DeleteEnvironmentRequest, Answer<provision::v1::Environment> answer) {
  answer(Precondition("ENVIRONMENT_IN_USE", "a job belongs to it"));
}

void FakeEngine::CreateResource(provision::v1::CreateResourceRequest request, Answer<Resource> answer) {
  Resource resource = request.resource();
  resource.set_name("resources/" + request.resource_id());
  Batch batch{.epoch = lease_.epoch, .now = 1};
  batch.resources.push_back({.resource = resource, .expect = PutResource::Expect::kNew});
  store_->Submit(std::move(batch), [=](const absl::Status& status, const Applied&) {
    if (status.ok()) return answer(resource);
    answer(absl::IsAlreadyExists(status) ? ResourceExists(resource.name()) : status);
  });
}

void FakeEngine::Change(const std::string& name, Resource::State state, Answer<Resource> answer) {
  auto resource = store_->GetResource(ResourceOf(name));
  if (!resource.ok()) return answer(NoSuch("provision.dev/Resource", name));
  resource->set_state(state);
  answer(std::move(resource));
}

void FakeEngine::UpdateResource(provision::v1::UpdateResourceRequest request, Answer<Resource> answer) {
  if (request.resource().etag() == "old") return answer(EtagMismatch(request.resource().name()));
  Change(request.resource().name(), Resource::INIT, answer);
}
void FakeEngine::DeleteResource(provision::v1::DeleteResourceRequest request, Answer<Resource> answer) {
  Change(request.name(), Resource::INIT, answer);
}
void FakeEngine::DisableResource(provision::v1::DisableResourceRequest request, Answer<Resource> answer) {
  Change(request.name(), Resource::DISABLED, answer);
}
void FakeEngine::EnableResource(provision::v1::EnableResourceRequest request, Answer<Resource> answer) {
  Change(request.name(), Resource::INIT, answer);
}
void FakeEngine::TrustResource(provision::v1::TrustResourceRequest request, std::string caller,
                               Answer<Resource> answer) {
  {
    MutexLock lock(&mu_);
    last_caller_ = std::move(caller);
  }
  Change(request.name(), Resource::INIT, answer);
}
void FakeEngine::WaiveHandlers(provision::v1::WaiveHandlersRequest request, std::string, Answer<Resource> answer) {
  Change(request.name(), Resource::INIT, answer);
}

}  // namespace pe
