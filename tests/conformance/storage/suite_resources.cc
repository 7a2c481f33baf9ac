// The inventory.
#include "absl/strings/str_cat.h"
#include "tests/conformance/storage/store_suite.h"

namespace pe {
namespace {

using provision::v1::Resource;
using testing::ElementsAre;
using Labels = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string> ListAllResources(Store& store, const Labels& labels, int limit) {
  std::vector<std::string> names;
  std::string after;
  do {
    absl::StatusOr<Page<Resource>> page = store.ListResources(labels, after, limit);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return names;
    EXPECT_LE(page->items.size(), static_cast<size_t>(limit));
    for (const Resource& resource : page->items) names.push_back(resource.name().substr(10));
    after = page->next;
  } while (!after.empty());
  return names;
}

PutResource Labelled(const std::string& id, const Labels& labels) {
  PutResource put = NewResource(id, "ssh://" + id);
  for (const auto& [key, value] : labels) (*put.resource.mutable_labels())[key] = value;
  return put;
}

TEST_P(StoreSuite, AResourceIsReadBackByIdAndAddress) {
  PE_ASSERT_OK(Put(NewResource("web-1", "ssh://root@10.0.0.5:22")));
  absl::StatusOr<Resource> by_id = store_->GetResource(ResourceId("web-1"));
  PE_ASSERT_OK(by_id);
  EXPECT_EQ(by_id->address(), "ssh://root@10.0.0.5:22");
  absl::StatusOr<std::optional<Resource>> by_address = store_->FindResourceByAddress("ssh://root@10.0.0.5:22");
  PE_ASSERT_OK(by_address);
  ASSERT_TRUE(by_address->has_value());
  EXPECT_EQ((*by_address)->name(), "resources/web-1");
  EXPECT_FALSE(store_->FindResourceByAddress("ssh://other")->has_value());
  PE_EXPECT_CODE(kNotFound, store_->GetResource(ResourceId("none")));
}

TEST_P(StoreSuite, ExpectationsOfAPutHold) {
  PutResource create = NewResource("a", "ssh://a");
  create.expect = PutResource::Expect::kNew;
  PE_EXPECT_OK(Put(create));
  PE_EXPECT_CODE(kAlreadyExists, Put(create));

  PutResource update = NewResource("a", "ssh://a2");
  update.expect = PutResource::Expect::kExists;
  PE_EXPECT_OK(Put(update));
  PutResource missing = NewResource("b", "ssh://b");
  missing.expect = PutResource::Expect::kExists;
  PE_EXPECT_CODE(kNotFound, Put(missing));

  PutResource any = NewResource("b", "ssh://b");
  PE_EXPECT_OK(Put(any));
  PE_EXPECT_OK(Put(any));
}

TEST_P(StoreSuite, AnEtagMustStillHold) {
  PE_ASSERT_OK(Put(NewResource("a", "ssh://a")));
  PutResource change = NewResource("a", "ssh://changed");
  change.expected_etag = "etag-1";
  change.resource.set_etag("etag-2");
  PE_EXPECT_OK(Put(change));
  PE_EXPECT_CODE(kAborted, Put(change));  // etag-1 is gone
  PutResource absent = NewResource("none", "ssh://none");
  absent.expected_etag = "etag-1";
  PE_EXPECT_CODE(kAborted, Put(absent));
  EXPECT_EQ(store_->GetResource(ResourceId("a"))->etag(), "etag-2");
}

TEST_P(StoreSuite, AnAddressBelongsToOneResource) {
  PE_ASSERT_OK(Put(NewResource("a", "ssh://a")));
  PE_EXPECT_CODE(kAlreadyExists, Put(NewResource("b", "ssh://a")));
  PE_ASSERT_OK(Put(NewResource("a", "ssh://moved")));
  PE_EXPECT_OK(Put(NewResource("b", "ssh://a")));  // free now
  EXPECT_EQ((*store_->FindResourceByAddress("ssh://a"))->name(), "resources/b");
}

TEST_P(StoreSuite, AddressesMayBeExchangedOnTheWayTogether) {
  PE_ASSERT_OK(Put(NewResource("a", "ssh://1")));
  PE_ASSERT_OK(Put(NewResource("b", "ssh://2")));
  Batch batch = BatchOf(NewResource("a", "ssh://3"));
  batch.resources.push_back(NewResource("b", "ssh://1"));
  batch.resources.push_back(NewResource("a", "ssh://2"));
  PE_ASSERT_OK(Submit(std::move(batch)));
  EXPECT_EQ((*store_->FindResourceByAddress("ssh://1"))->name(), "resources/b");
  EXPECT_EQ((*store_->FindResourceByAddress("ssh://2"))->name(), "resources/a");
  EXPECT_FALSE(store_->FindResourceByAddress("ssh://3")->has_value());
}

TEST_P(StoreSuite, ADeletedResourceIsGoneWithItsAddressAndLabels) {
  PE_ASSERT_OK(Put(Labelled("a", {{"role", "web"}})));
  Batch batch = NewBatch();
  batch.deleted_resources.push_back({ResourceId("a")});
  PE_ASSERT_OK(Submit(batch));
  PE_EXPECT_CODE(kNotFound, store_->GetResource(ResourceId("a")));
  EXPECT_FALSE(store_->FindResourceByAddress("ssh://a")->has_value());
  EXPECT_TRUE(ListAllResources(*store_, {{"role", "web"}}, 10).empty());
  PE_EXPECT_CODE(kNotFound, Submit(batch));
  PE_EXPECT_OK(Put(NewResource("b", "ssh://a")));
}

TEST_P(StoreSuite, ResourcesAreListedByNameInPages) {
  for (const char* id : {"c", "a", "d", "b"}) PE_ASSERT_OK(Put(NewResource(id, absl::StrCat("ssh://", id))));
  for (int limit : {1, 2, 3, 4, 10}) EXPECT_THAT(ListAllResources(*store_, {}, limit), ElementsAre("a", "b", "c", "d"));
}

TEST_P(StoreSuite, AllLabelsMustMatch) {
  PE_ASSERT_OK(Put(Labelled("a", {{"role", "web"}, {"zone", "1"}})));
  PE_ASSERT_OK(Put(Labelled("b", {{"role", "web"}, {"zone", "2"}})));
  PE_ASSERT_OK(Put(Labelled("c", {{"role", "db"}, {"zone", "1"}})));
  PE_ASSERT_OK(Put(Labelled("d", {{"role", "web"}, {"zone", "1"}})));
  for (int limit : {1, 10}) {
    EXPECT_THAT(ListAllResources(*store_, {{"role", "web"}}, limit), ElementsAre("a", "b", "d"));
    EXPECT_THAT(ListAllResources(*store_, {{"role", "web"}, {"zone", "1"}}, limit), ElementsAre("a", "d"));
    EXPECT_THAT(ListAllResources(*store_, {{"zone", "1"}, {"role", "web"}}, limit), ElementsAre("a", "d"));
    EXPECT_TRUE(ListAllResources(*store_, {{"role", "web"}, {"zone", "3"}}, limit).empty());
    EXPECT_TRUE(ListAllResources(*store_, {{"none", "web"}}, limit).empty());
  }
  PE_ASSERT_OK(Put(Labelled("a", {{"role", "db"}})));  // labels are replaced, not added
  EXPECT_THAT(ListAllResources(*store_, {{"role", "web"}}, 10), ElementsAre("b", "d"));
}

TEST_P(StoreSuite, AMalformedResourceNameIsRefused) {
  PutResource put = NewResource("a", "ssh://a");
  put.resource.set_name("hosts/a");
  PE_EXPECT_CODE(kInvalidArgument, Put(put));
}

}  // namespace
}  // namespace pe
