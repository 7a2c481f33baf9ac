#include "server/engine/inventory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pe {
namespace {

provision::v1::Resource Make(const std::string& id, const std::string& address) {
  return NewResource("resources/" + id, address, "environments/dev", 1);
}

TEST(Inventory, FindsByNameAndByAddressAlsoAfterAMove) {
  Inventory inventory;
  inventory.Put(Make("web", "ssh://root@10.0.0.1:22"));
  ASSERT_NE(inventory.FindByAddress("ssh://root@10.0.0.1:22"), nullptr);
  inventory.Put(Make("web", "ssh://root@10.0.0.2:22"));
  EXPECT_EQ(inventory.FindByAddress("ssh://root@10.0.0.1:22"), nullptr);
  EXPECT_EQ(inventory.FindByAddress("ssh://root@10.0.0.2:22")->name(), "resources/web");
  inventory.Remove("resources/web");
  EXPECT_EQ(inventory.Find("resources/web"), nullptr);
  EXPECT_EQ(inventory.FindByAddress("ssh://root@10.0.0.2:22"), nullptr);
}

TEST(Inventory, SelectsByAllLabels) {
  Inventory inventory;
  for (const char* id : {"a", "b", "c"}) {
    auto resource = Make(id, std::string("ssh://root@") + id + ":22");
    (*resource.mutable_labels())["role"] = "web";
    if (id[0] != 'b') (*resource.mutable_labels())["zone"] = "1";
    inventory.Put(resource);
  }
  EXPECT_EQ(inventory.Select("role=web").size(), 3u);
  EXPECT_EQ(inventory.Select("role=web, zone=1").size(), 2u);
  EXPECT_EQ(inventory.Select("role=db").size(), 0u);
}

TEST(Inventory, TwoNamesOfOneHostShareAnIdentity) {
  auto one = Make("one", "ssh://root@10.0.0.1:22"), two = Make("two", "ssh://root@web.example.com:22");
  EXPECT_NE(IdentityOf(one), IdentityOf(two));
  one.set_host_key("SHA256:abc");
  two.set_host_key("SHA256:abc");
  EXPECT_EQ(IdentityOf(one), IdentityOf(two));
}

TEST(Inventory, NamesAreValidResourceIds) {
  EXPECT_EQ(NameFor("ssh://root@10.77.0.2:22", 1), "resources/h-10-77-0-2");
  EXPECT_EQ(NameFor("ssh://root@web-1.example.com:22", 1), "resources/web-1-example-com");
  EXPECT_EQ(NameFor("ssh://root@web:22", 3), "resources/web-3");
  EXPECT_EQ(NameFor("rootfs:///srv/images/web", 1), "resources/srv-images-web");
}

TEST(Inventory, EveryTouchMakesANewEtag) {
  auto resource = Make("a", "ssh://root@a:22");
  const std::string before = resource.etag();
  Touch(&resource, 1);  // the same instant
  EXPECT_NE(resource.etag(), before);
}

}  // namespace
}  // namespace pe
