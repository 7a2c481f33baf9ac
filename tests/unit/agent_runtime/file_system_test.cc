#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/agent/system/accounts.h"
#include "server/agent/system/real_file_system.h"
#include "tests/unit/agent_runtime/temporary_folder.h"

namespace pe::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FileSystemTest : public testing::Test {
 protected:
  FileAttributes Mine(uint32_t mode) { return {.mode = mode, .uid = getuid(), .gid = getgid()}; }
  TemporaryFolder folder_;
  RealFileSystem files_{folder_.path()};
};

TEST_F(FileSystemTest, WritesAtomicallyAndLeavesNoTemporary) {
  ASSERT_TRUE(files_.WriteAtomic("/f", "one", Mine(0640), nullptr).ok());
  ASSERT_TRUE(files_.WriteAtomic("/f", "two", Mine(0600), nullptr).ok());
  EXPECT_EQ(*files_.Read("/f", 100), "two");
  EXPECT_EQ((*files_.Stat("/f"))->mode, 0600u);
  EXPECT_THAT(*files_.List("/"), ElementsAre("f"));
}

// Whoever reads the old file while it is replaced reads all of the old one.
TEST_F(FileSystemTest, AFileIsReplacedAndNeverWrittenOver) {
  ASSERT_TRUE(files_.WriteAtomic("/f", "one", Mine(0600), nullptr).ok());
  ASSERT_EQ(link((folder_.path() + "/f").c_str(), (folder_.path() + "/old").c_str()), 0);
  ASSERT_TRUE(files_.WriteAtomic("/f", "two", Mine(0600), nullptr).ok());
  EXPECT_EQ(*files_.Read("/old", 100), "one");
  EXPECT_EQ(*files_.Read("/f", 100), "two");
}

TEST_F(FileSystemTest, ARefusedCheckLeavesTheOldFile) {
  struct Refuse : FileSystem::Check {
    absl::Status Run(const std::string& temporary) override {
      struct stat st;
      seen = stat(temporary.c_str(), &st) == 0;
      return absl::InvalidArgumentError("no");
    }
    bool seen = false;
  } refuse;
  ASSERT_TRUE(files_.WriteAtomic("/f", "one", Mine(0644), nullptr).ok());
  EXPECT_EQ(files_.WriteAtomic("/f", "two", Mine(0644), &refuse).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(refuse.seen);
  EXPECT_EQ(*files_.Read("/f", 100), "one");
  EXPECT_THAT(*files_.List("/"), ElementsAre("f"));
}

TEST_F(FileSystemTest, ErrorsNamePathAndErrno) {
  const absl::Status missing = files_.Read("/no/such", 100).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(missing.message(), "/no/such: No such file or directory (ENOENT)");
  EXPECT_EQ(files_.WriteAtomic("/no/such", "x", Mine(0644), nullptr).code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(files_.WriteAtomic("/f", "12345", Mine(0644), nullptr).ok());
  EXPECT_EQ(files_.Read("/f", 4).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(files_.Read("/f", 5)->size(), 5u);
  EXPECT_FALSE((*files_.Stat("/f/below")).has_value());
  EXPECT_THAT(std::string(files_.Read("/", 9).status().message()), HasSubstr("EISDIR"));
}

TEST_F(FileSystemTest, AFifoDoesNotHoldTheReader) {
  ASSERT_EQ(mkfifo((folder_.path() + "/p").c_str(), 0600), 0);
  EXPECT_THAT(std::string(files_.Read("/p", 9).status().message()), HasSubstr("not a regular file"));
}

TEST_F(FileSystemTest, LinksAreReplacedAtomicallyAndNeverFollowedByChanges) {
  ASSERT_TRUE(files_.WriteAtomic("/target", "t", Mine(0600), nullptr).ok());
  ASSERT_TRUE(files_.MakeLink("/l", "old").ok());
  ASSERT_TRUE(files_.MakeLink("/l", "target").ok());
  EXPECT_EQ(*files_.ReadLink("/l"), "target");
  EXPECT_FALSE(files_.SetAttributes("/l", Mine(0777)).ok());
  EXPECT_EQ((*files_.Stat("/target"))->mode, 0600u);
  EXPECT_EQ((*files_.Stat("/l"))->type, FileInfo::Type::kSymlink);
}

TEST_F(FileSystemTest, RemoveAllStaysInsideItsTree) {
  ASSERT_TRUE(files_.MakeDirectory("/keep", Mine(0755)).ok());
  ASSERT_TRUE(files_.WriteAtomic("/keep/file", "k", Mine(0644), nullptr).ok());
  ASSERT_TRUE(files_.MakeDirectory("/d", Mine(0755)).ok());
  ASSERT_TRUE(files_.MakeDirectory("/d/e", Mine(0755)).ok());
  ASSERT_TRUE(files_.WriteAtomic("/d/e/f", "x", Mine(0644), nullptr).ok());
  ASSERT_TRUE(files_.MakeLink("/d/out", folder_.path() + "/keep").ok());
  EXPECT_FALSE(files_.Remove("/d").ok()) << "not empty";
  ASSERT_TRUE(files_.RemoveAll("/d").ok());
  EXPECT_FALSE((*files_.Stat("/d")).has_value());
  EXPECT_EQ(*files_.Read("/keep/file", 9), "k");
  EXPECT_TRUE(files_.RemoveAll("/d").ok());
  EXPECT_TRUE(files_.Remove("/d").ok());
}

TEST_F(FileSystemTest, AppendsAreKept) {
  ASSERT_TRUE(files_.AppendDurable("/j", "a").ok());
  ASSERT_TRUE(files_.AppendDurable("/j", "b").ok());
  EXPECT_EQ(*files_.Read("/j", 9), "ab");
  EXPECT_EQ((*files_.Stat("/j"))->mode, 0600u);
}

struct NoPrograms : ProcessRunner {
  absl::StatusOr<CommandResult> Run(const Command& command, const CancelToken&) override {
    asked.push_back(command.argv);
    CommandResult result;
    result.exit_code = answer.empty() ? 2 : 0;
    result.standard_output = answer;
    return result;
  }
  std::string answer;
  std::vector<std::vector<std::string>> asked;
};

TEST_F(FileSystemTest, AccountsComeFromFilesAndOnlyThenFromTheHost) {
  ASSERT_TRUE(files_.MakeDirectory("/etc", Mine(0755)).ok());
  ASSERT_TRUE(files_
                  .WriteAtomic("/etc/passwd",
                               "root:x:0:0:r:/root:/bin/sh\n+::::::\nbad line\n1000:x:7:8::/:/bin/false\n", Mine(0644),
                               nullptr)
                  .ok());
  ASSERT_TRUE(files_.WriteAtomic("/etc/group", "root:x:0:\nadm:x:4:root,x\n", Mine(0644), nullptr).ok());
  NoPrograms programs;
  Accounts accounts(files_, programs);
  EXPECT_EQ((*accounts.FindUser("root"))->home, "/root");
  EXPECT_EQ((*accounts.FindUser("1000"))->uid, 7u) << "a name before a number";
  EXPECT_EQ(*accounts.UidOf("4242"), 4242u);
  EXPECT_THAT(*accounts.GroupsOf("root"), ElementsAre("adm"));
  EXPECT_EQ(accounts.UidOf("web").status().message(), "user 'web' does not exist on the host");
  EXPECT_THAT(programs.asked, IsEmpty()) << "nsswitch.conf names no other source";

  ASSERT_TRUE(files_.WriteAtomic("/etc/nsswitch.conf", "passwd: files ldap\n", Mine(0644), nullptr).ok());
  programs.answer = "web:*:5000:5001:Web:/srv:/bin/sh\n";
  EXPECT_EQ(*accounts.UidOf("web"), 5000u);
  EXPECT_THAT(programs.asked, ElementsAre(ElementsAre("getent", "passwd", "web")));
}

}  // namespace
}  // namespace pe::agent
