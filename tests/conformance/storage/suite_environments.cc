// The environments.
#include <google/protobuf/util/message_differencer.h>

#include "absl/strings/str_cat.h"
#include "storage/commit/first_environments.h"
#include "tests/conformance/storage/store_suite.h"

namespace pe {
namespace {

using google::protobuf::util::MessageDifferencer;
using provision::v1::Environment;
using testing::ElementsAre;

PutEnvironment NewEnvironment(const std::string& id, const std::string& etag) {
  PutEnvironment put;
  put.environment.set_name("environments/" + id);
  put.environment.set_etag(etag);
  (*put.environment.mutable_variables())["greeting"] = "hello from " + etag;
  return put;
}

DeleteEnvironment Deletion(const std::string& id) { return {EnvironmentId(id)}; }

std::vector<std::string> ListAllEnvironments(Store& store, int limit) {
  std::vector<std::string> names;
  std::string after;
  do {
    absl::StatusOr<Page<Environment>> page = store.ListEnvironments(after, limit);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return names;
    EXPECT_LE(page->items.size(), static_cast<size_t>(limit));
    for (const Environment& environment : page->items) names.push_back(environment.name().substr(13));
    after = page->next;
  } while (!after.empty());
  return names;
}

TEST_P(StoreSuite, ANewStoreHasDevProdAndTest) {
  const std::vector<Environment> wanted = FirstEnvironments();
  const absl::StatusOr<Page<Environment>> page = store_->ListEnvironments("", 100);
  PE_ASSERT_OK(page);
  ASSERT_EQ(page->items.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_TRUE(MessageDifferencer::Equals(page->items[i], wanted[i])) << page->items[i].DebugString();
  }
  EXPECT_TRUE(store_->GetEnvironment(EnvironmentId("prod"))->approval_required());
  EXPECT_FALSE(store_->GetEnvironment(EnvironmentId("dev"))->approval_required());
}

TEST_P(StoreSuite, AnEnvironmentIsReadBackAndWhatIsDeletedIsGone) {
  PE_ASSERT_OK(Put(NewEnvironment("stage", "a")));
  EXPECT_EQ(store_->GetEnvironment(EnvironmentId("stage"))->variables().at("greeting"), "hello from a");
  EXPECT_THAT(ListAllEnvironments(*store_, 1), ElementsAre("dev", "prod", "stage", "test"));
  EXPECT_THAT(ListAllEnvironments(*store_, 3), ElementsAre("dev", "prod", "stage", "test"));
  PE_ASSERT_OK(Put(Deletion("stage")));
  PE_ASSERT_OK(Put(Deletion("test")));
  PE_EXPECT_CODE(kNotFound, store_->GetEnvironment(EnvironmentId("stage")));
  PE_EXPECT_CODE(kNotFound, Put(Deletion("stage")));
  EXPECT_THAT(ListAllEnvironments(*store_, 100), ElementsAre("dev", "prod"));
}

TEST_P(StoreSuite, ExpectationsAndEtagsOfEnvironmentsHold) {
  PutEnvironment create = NewEnvironment("stage", "a");
  create.expect = PutResource::Expect::kNew;
  PE_EXPECT_OK(Put(create));
  PE_EXPECT_CODE(kAlreadyExists, Put(create));
  PutEnvironment missing = NewEnvironment("none", "a");
  missing.expect = PutResource::Expect::kExists;
  PE_EXPECT_CODE(kNotFound, Put(missing));
  PutEnvironment change = NewEnvironment("stage", "b");
  change.expected_etag = "a";
  PE_EXPECT_OK(Put(change));
  PE_EXPECT_CODE(kAborted, Put(change));  // a is gone
  PutEnvironment unnamed;
  PE_EXPECT_CODE(kInvalidArgument, Put(unnamed));
  EXPECT_EQ(store_->GetEnvironment(EnvironmentId("stage"))->etag(), "b");
}

TEST_P(StoreSuite, ARefusedBatchChangesNoEnvironment) {
  Batch batch = NewBatch();
  batch.environments.push_back(NewEnvironment("stage", "a"));
  batch.deleted_environments.push_back({EnvironmentId("none")});
  PE_EXPECT_CODE(kNotFound, Submit(std::move(batch)));
  PE_EXPECT_CODE(kNotFound, store_->GetEnvironment(EnvironmentId("stage")));
}

TEST_P(StoreSuite, ChangesOfEnvironmentsSurviveARestart) {
  if (!GetParam().persists) GTEST_SKIP() << "nothing survives in memory";
  PE_ASSERT_OK(Put(NewEnvironment("prod", "mine")));
  PE_ASSERT_OK(Put(Deletion("test")));
  Reopen();
  EXPECT_THAT(ListAllEnvironments(*store_, 100), ElementsAre("dev", "prod"));  // the first ones do not come back
  EXPECT_EQ(store_->GetEnvironment(EnvironmentId("prod"))->etag(), "mine");
}

}  // namespace
}  // namespace pe
