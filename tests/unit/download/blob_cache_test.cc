// The cache by itself: what is trusted, and what goes when it is full.
#include "server/download/blob_cache.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/unit/download/fixture.h"

namespace pe {
namespace {

using ::testing::UnorderedElementsAre;

class Cache : public DownloadTest {
 protected:
  // A file of `folder`, last used `age` seconds ago.
  void Put(const std::string& name, const std::string& content, int age) {
    std::filesystem::create_directories(blobs());
    const std::string path = blobs() + "/" + name;
    std::ofstream(path) << content;
    const timespec used = {time(nullptr) - age, 0};
    const timespec both[] = {used, used};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), both, 0), 0);
  }
};

TEST_F(Cache, WhatWasUsedLongestAgoGoesFirst) {
  Put("old", std::string(100, 'o'), 300);
  Put("older.part", std::string(100, 'p'), 400);
  Put("under-way.part", std::string(100, 'u'), 500);
  Put("new", std::string(100, 'n'), 10);
  BlobCache cache(blobs(), 250);
  ASSERT_TRUE(cache.Open().ok());
  cache.Shrink({"under-way"});
  EXPECT_THAT(Cached(), UnorderedElementsAre("under-way.part", "new"));
}

TEST_F(Cache, FindingIsUsing) {
  const std::string used = Sha256Hex("used"), unused = Sha256Hex("free");
  Put(used, "used", 300);
  Put(unused, "free", 200);
  BlobCache cache(blobs(), 4);
  ASSERT_TRUE(cache.Open().ok());
  ASSERT_TRUE(cache.Find(used).ok());
  cache.Shrink({});
  EXPECT_THAT(Cached(), UnorderedElementsAre(used));
}

TEST_F(Cache, DamagedContentIsNotServedAndGoes) {
  Put(Sha256Hex("right"), "wrong", 1);
  BlobCache cache(blobs(), 1000);
  ASSERT_TRUE(cache.Open().ok());
  EXPECT_TRUE(absl::IsNotFound(cache.Find(Sha256Hex("right")).status()));
  EXPECT_TRUE(Cached().empty());
}

TEST_F(Cache, ContentStaysReadableWhenItsFileGoes) {
  const std::string digest = Sha256Hex("here");
  Put(digest, "here", 1);
  BlobCache cache(blobs(), 0);
  ASSERT_TRUE(cache.Open().ok());
  const auto blob = cache.Find(digest);
  ASSERT_TRUE(blob.ok()) << blob.status();
  cache.Shrink({});
  EXPECT_TRUE(Cached().empty());
  EXPECT_EQ(Text(blob), "here");
  EXPECT_FALSE((*blob)->Read(5, 1).ok());
  EXPECT_EQ(*(*blob)->Read(2, 100), "re");
}

}  // namespace
}  // namespace pe
