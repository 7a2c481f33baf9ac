// Lists of jobs: newest first, filtered, in stable pages.
#include "absl/strings/str_cat.h"
#include "tests/conformance/storage/store_suite.h"

namespace pe {
namespace {

using provision::v1::Job;
using testing::ElementsAre;

TEST_P(StoreSuite, JobsAreListedNewestFirst) {
  for (const char* id : {"b", "a", "c"}) Create(id);  // creation decides, not the id
  EXPECT_THAT(ListAll({}, 10), ElementsAre("c", "a", "b"));
  EXPECT_THAT(ListAll({}, 1), ElementsAre("c", "a", "b"));
  absl::StatusOr<Page<Job>> page = store_->ListJobs({}, "", 10);
  PE_ASSERT_OK(page);
  EXPECT_EQ(page->items[0].targets_size(), 0);  // summaries
  EXPECT_EQ(page->items[0].last_seq(), 1);
}

TEST_P(StoreSuite, AnEmptyStoreHasAnEmptyList) {
  EXPECT_TRUE(ListAll({}, 10).empty());
  EXPECT_TRUE(store_->ListUnfinished("", 10)->items.empty());
}

TEST_P(StoreSuite, AFullLastPageHasNoNext) {
  for (int i = 0; i < 4; ++i) Create(absl::StrCat("job-", i));
  absl::StatusOr<Page<Job>> page = store_->ListJobs({}, "", 4);
  PE_ASSERT_OK(page);
  EXPECT_EQ(page->items.size(), 4u);
  EXPECT_EQ(page->next, "");
}

// Twelve jobs over two environments, three services, two states and two hosts.
class Filtered {
 public:
  static CreateJob Make(int i) {
    CreateJob create = NewJob(absl::StrCat("job-", i), 0);
    create.job.set_environment(i % 2 == 0 ? "environments/dev" : "environments/prod");
    create.job.set_service(absl::StrCat("service-", i % 3));
    create.job.set_state(i % 4 == 0 ? Job::QUEUED : Job::PENDING);
    create.targets.resize(1);
    create.targets[0].target.set_resource(absl::StrCat("resources/host-", i % 6));
    return create;
  }
  static bool Matches(int i, const JobFilter& filter) {
    const CreateJob create = Make(i);
    return (!filter.state || create.job.state() == *filter.state) &&
           (filter.environment.empty() || create.job.environment() == filter.environment) &&
           (filter.service.empty() || create.job.service() == filter.service) &&
           (filter.resource.empty() || create.targets[0].target.resource() == filter.resource);
  }
};

TEST_P(StoreSuite, EveryCombinationOfFiltersFindsWhatMatches) {
  for (int i = 0; i < 12; ++i) PE_ASSERT_OK(Put(Filtered::Make(i)));
  for (int mask = 0; mask < 16; ++mask) {
    JobFilter filter;
    if (mask & 1) filter.state = Job::QUEUED;
    if (mask & 2) filter.environment = "environments/dev";
    if (mask & 4) filter.service = "service-1";
    if (mask & 8) filter.resource = "resources/host-4";
    std::vector<std::string> wanted;
    for (int i = 11; i >= 0; --i) {
      if (Filtered::Matches(i, filter)) wanted.push_back(absl::StrCat("job-", i));
    }
    for (int limit : {1, 2, 100})
      EXPECT_EQ(ListAll(filter, limit), wanted) << "filters " << mask << ", limit " << limit;
  }
}

TEST_P(StoreSuite, AFilterThatNothingMatchesIsAnEmptyList) {
  Create("a");
  EXPECT_TRUE(ListAll({.service = "none"}, 10).empty());
  EXPECT_TRUE(ListAll({.resource = "resources/none"}, 10).empty());
  EXPECT_TRUE(ListAll({.state = Job::FAILED}, 10).empty());
}

TEST_P(StoreSuite, AJobMovesBetweenStatesInTheList) {
  Create("a", 1, Job::RUNNING);
  EXPECT_THAT(ListAll({.state = Job::RUNNING}, 10), ElementsAre("a"));
  EXPECT_TRUE(ListAll({.state = Job::PENDING}, 10).empty());
  PE_ASSERT_OK(Put(NewEvents("a", 2, 2, Job::FAILED)));
  EXPECT_TRUE(ListAll({.state = Job::RUNNING}, 10).empty());
  EXPECT_THAT(ListAll({.state = Job::FAILED}, 10), ElementsAre("a"));
}

TEST_P(StoreSuite, AJobWithManyTargetsOnOneResourceIsListedOnce) {
  CreateJob create = NewJob("a", 3);
  for (TargetRow& row : create.targets) row.target.set_resource("resources/host");
  PE_ASSERT_OK(Put(std::move(create)));
  EXPECT_THAT(ListAll({.resource = "resources/host"}, 10), ElementsAre("a"));
}

TEST_P(StoreSuite, PagesAreStableWhileJobsAreAdded) {
  std::vector<std::string> wanted;
  for (int i = 0; i < 20; ++i) {
    Create(absl::StrCat("old-", i));
    wanted.insert(wanted.begin(), absl::StrCat("old-", i));
  }
  std::vector<std::string> seen;
  std::string after;
  int added = 0;
  do {
    absl::StatusOr<Page<Job>> page = store_->ListJobs({}, after, 3);
    PE_ASSERT_OK(page);
    for (const Job& job : page->items) seen.push_back(job.name().substr(5));
    after = page->next;
    for (int i = 0; i < 5; ++i) Create(absl::StrCat("new-", added++));
  } while (!after.empty());
  EXPECT_EQ(seen, wanted);
}

TEST_P(StoreSuite, ATokenThatNoPageGaveIsRefused) {
  Create("a");
  for (const char* token : {"x", "-1", "0", " 1", "1 ", "01", "99999999999999999999", "jobs/a"}) {
    PE_EXPECT_CODE(kInvalidArgument, store_->ListJobs({}, token, 10));
  }
}

TEST_P(StoreSuite, UnfinishedJobsComeInOrderOfCreationWithAllThatIsNeeded) {
  for (int i = 0; i < 9; ++i) Create(absl::StrCat("job-", i), 1, i % 3 == 0 ? Job::SUCCEEDED : Job::RUNNING);
  AppendEvents append = NewEvents("job-4", 2, 2);
  append.private_rows = {{"secrets", "sealed"}, {"plan/0/0", "plan"}};
  PE_ASSERT_OK(Put(std::move(append)));

  std::vector<UnfinishedJob> all;
  std::string after;
  do {
    absl::StatusOr<Page<UnfinishedJob>> page = store_->ListUnfinished(after, 2);
    PE_ASSERT_OK(page);
    EXPECT_LE(page->items.size(), 2u);
    for (UnfinishedJob& item : page->items) all.push_back(std::move(item));
    after = page->next;
  } while (!after.empty());

  std::vector<std::string> names;
  for (const UnfinishedJob& item : all) names.push_back(item.job.name());
  EXPECT_THAT(names, ElementsAre("jobs/job-1", "jobs/job-2", "jobs/job-4", "jobs/job-5", "jobs/job-7", "jobs/job-8"));
  EXPECT_EQ(all[2].job.spec().name(), "web");
  EXPECT_EQ(all[2].job.targets(0).steps_size(), 2);
  ASSERT_EQ(all[2].private_rows.size(), 2u);
  EXPECT_EQ(all[2].private_rows[0].key, "plan/0/0");
  EXPECT_EQ(all[2].private_rows[1].value, "sealed");
  EXPECT_TRUE(all[0].private_rows.empty());
  PE_EXPECT_CODE(kInvalidArgument, store_->ListUnfinished("no such job", 2));
}

TEST_P(StoreSuite, APageOfUnfinishedJobsMayFollowAJobThatEndedMeanwhile) {
  for (int i = 0; i < 4; ++i) Create(absl::StrCat("job-", i));
  absl::StatusOr<Page<UnfinishedJob>> first = store_->ListUnfinished("", 2);
  PE_ASSERT_OK(first);
  PE_ASSERT_OK(Put(NewEvents("job-1", 2, 2, Job::SUCCEEDED)));
  absl::StatusOr<Page<UnfinishedJob>> second = store_->ListUnfinished(first->next, 2);
  PE_ASSERT_OK(second);
  ASSERT_EQ(second->items.size(), 2u);
  EXPECT_EQ(second->items[0].job.name(), "jobs/job-2");
}

}  // namespace
}  // namespace pe
