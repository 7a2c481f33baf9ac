#include "server/config/data_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "server/config/readiness.h"

namespace pe {
namespace {

class DataFiles : public ::testing::Test {
 protected:
  void SetUp() override { folder_ = mkdtemp(pattern_.data()); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  static std::string Content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  static mode_t Mode(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
  }
  std::string pattern_ = testing::TempDir() + "data_files.XXXXXX";
  std::string folder_;
};

TEST_F(DataFiles, FolderIsPrivate) {
  const std::string path = folder_ + "/a/b";
  ASSERT_TRUE(MakePrivateFolder(path).ok());
  EXPECT_EQ(Mode(path), 0700u);
  ASSERT_EQ(chmod(path.c_str(), 0755), 0);
  ASSERT_TRUE(MakePrivateFolder(path).ok());
  EXPECT_EQ(Mode(path), 0700u);
  std::ofstream(folder_ + "/file") << "x";
  EXPECT_EQ(MakePrivateFolder(folder_ + "/file").code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(DataFiles, SecretKeyStays) {
  const auto first = ReadOrMakeSecretKey(folder_);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->size(), 32u);
  EXPECT_EQ(Mode(folder_ + "/secret.key"), 0600u);
  EXPECT_EQ(*ReadOrMakeSecretKey(folder_), *first);
  ASSERT_EQ(chmod((folder_ + "/secret.key").c_str(), 0640), 0);
  EXPECT_EQ(ReadOrMakeSecretKey(folder_).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(WritePrivateFile(folder_ + "/secret.key", "short").ok());
  EXPECT_EQ(ReadOrMakeSecretKey(folder_).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(DataFiles, TokenIsNewEachTime) {
  const auto first = MakeToken(folder_), second = MakeToken(folder_);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(*first, *second);
  EXPECT_GE(first->size(), 43u);
  EXPECT_EQ(Content(folder_ + "/token"), *second + "\n");
  EXPECT_EQ(Mode(folder_ + "/token"), 0600u);
}

TEST_F(DataFiles, ReadyFileIsWholeJson) {
  ASSERT_TRUE(WriteReadyFile(folder_ + "/ready", {"/run/x\"y", "127.0.0.1:1", "127.0.0.1:2"}).ok());
  EXPECT_EQ(Content(folder_ + "/ready"),
            "{\"socket\":\"/run/x\\\"y\",\"address\":\"127.0.0.1:1\",\"http\":\"127.0.0.1:2\",\"pid\":" +
                std::to_string(getpid()) + "}\n");
  EXPECT_FALSE(WriteReadyFile(folder_ + "/no/ready", {}).ok());
}

}  // namespace
}  // namespace pe
