#include "tests/conformance/storage/store_suite.h"

#include "absl/strings/str_cat.h"

namespace pe {

using provision::v1::Event;
using provision::v1::Job;

// The TEST_Ps are in the suite's other files; a binary without them uses the building blocks only.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreSuite);

std::future<Answered> SubmitFuture(Store& store, Batch batch) {
  auto promise = std::make_shared<std::promise<Answered>>();
  std::future<Answered> answer = promise->get_future();
  store.Submit(std::move(batch), [promise](const absl::Status& status, const Applied& applied) {
    // A deep copy: the packaged Abseil counts references of a Status in code that ThreadSanitizer does not see, and two
    // threads that share one are reported as a race.
    promise->set_value({absl::Status(status.code(), status.message()), applied});
  });
  return answer;
}

Answered SubmitAndWait(Store& store, Batch batch) { return SubmitFuture(store, std::move(batch)).get(); }

CreateJob NewJob(const std::string& id, int targets) {
  CreateJob create;
  create.job.set_name("jobs/" + id);
  create.job.set_state(Job::PENDING);
  create.job.set_environment("environments/dev");
  create.job.set_service("web");
  create.job.set_version("1.2.0");
  create.job.mutable_spec()->set_name("web");
  (*create.job.mutable_variables())["greeting"] = "hello";
  for (int i = 0; i < targets; ++i) {
    TargetRow& row = create.targets.emplace_back();
    row.index = i;
    row.target.set_resource(absl::StrCat("resources/host-", i));
    row.target.set_address(absl::StrCat("ssh://root@10.0.0.", i));
    row.target.add_steps()->set_id("page");
    row.target.add_steps()->set_id("web");
  }
  return create;
}

Event NewEvent(const std::string& id, int64_t seq) {
  Event event;
  event.set_job("jobs/" + id);
  event.set_seq(seq);
  event.set_target(-1);
  event.set_step(-1);
  event.mutable_warning()->set_message(absl::StrCat("event ", seq, " of ", id));
  return event;
}

AppendEvents NewEvents(const std::string& id, int64_t first, int64_t last, Job::State state) {
  AppendEvents append;
  append.job = JobId(id);
  for (int64_t seq = first; seq <= last; ++seq) append.events.push_back(NewEvent(id, seq));
  append.summary = NewJob(id).job;  // spec and variables too: they must not be rewritten
  append.summary.mutable_spec()->set_name("must not be stored");
  append.summary.set_state(state);
  append.summary.set_last_seq(last);
  append.terminal = state >= Job::SUCCEEDED;
  return append;
}

PutResource NewResource(const std::string& id, const std::string& address) {
  PutResource put;
  put.resource.set_name("resources/" + id);
  put.resource.set_address(address);
  put.resource.set_etag("etag-1");
  return put;
}

void StoreSuite::SetUp() {
  place_ = GetParam().make_place();
  store_ = place_->Open();
  ASSERT_NE(store_, nullptr);
  absl::StatusOr<Lease> lease = store_->AcquireLease(1, 1'000'000);
  PE_ASSERT_OK(lease);
  lease_ = *lease;
}

void StoreSuite::Reopen() {
  store_.reset();
  store_ = place_->Open();
  ASSERT_NE(store_, nullptr);
  absl::StatusOr<Lease> lease = store_->AcquireLease(2, 1'000'000);
  PE_ASSERT_OK(lease);
  lease_ = *lease;
}

Batch StoreSuite::BatchOf(CreateJob create) const {
  Batch batch = NewBatch();
  batch.jobs.push_back(std::move(create));
  return batch;
}

Batch StoreSuite::BatchOf(AppendEvents append) const {
  Batch batch = NewBatch();
  batch.appends.push_back(std::move(append));
  return batch;
}

Batch StoreSuite::BatchOf(PutEnvironment put) const {
  Batch batch = NewBatch();
  batch.environments.push_back(std::move(put));
  return batch;
}

Batch StoreSuite::BatchOf(DeleteEnvironment deletion) const {
  Batch batch = NewBatch();
  batch.deleted_environments.push_back(std::move(deletion));
  return batch;
}

Batch StoreSuite::BatchOf(PutResource put) const {
  Batch batch = NewBatch();
  batch.resources.push_back(std::move(put));
  return batch;
}

void StoreSuite::Create(const std::string& id, int64_t events, Job::State state) {
  Batch batch = BatchOf(NewJob(id));
  if (events > 0) batch.appends.push_back(NewEvents(id, 1, events, state));
  PE_ASSERT_OK(Submit(std::move(batch)));
}

std::vector<std::string> StoreSuite::ListAll(const JobFilter& filter, int limit) {
  std::vector<std::string> names;
  std::string after;
  do {
    absl::StatusOr<Page<Job>> page = store_->ListJobs(filter, after, limit);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return names;
    EXPECT_LE(page->items.size(), static_cast<size_t>(limit));
    for (const Job& job : page->items) names.push_back(job.name().substr(5));
    after = page->next;
  } while (!after.empty());
  return names;
}

}  // namespace pe
