// What the SQLite store does with its files: modes, the lock, databases it must refuse.
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/conformance/storage/store_suite.h"
#include "tests/conformance/storage/temp_folder.h"

namespace pe {
namespace {

using testing::HasSubstr;

class SqliteFiles : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Store>> Open() { return OpenSqliteStore({.folder = data()}, random_); }
  std::string data() const { return folder_.path() + "/data"; }
  std::string database() const { return data() + "/provision.db"; }
  mode_t Mode(const std::string& path) {
    struct stat info = {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777;
  }
  // Runs SQL on the closed database, as another program would.
  void Run(const std::string& text) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(database().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  void ExpectRefused(absl::string_view text) {
    absl::StatusOr<std::unique_ptr<Store>> store = Open();
    ASSERT_FALSE(store.ok());
    EXPECT_EQ(store.status().code(), absl::StatusCode::kFailedPrecondition) << store.status();
    EXPECT_THAT(std::string(store.status().message()), HasSubstr(std::string(text)));
  }

  TempFolder folder_;
  SystemRandom random_;
};

TEST_F(SqliteFiles, NobodyElseMayReadThem) {
  const mode_t before = umask(0);  // the store does not rely on it
  absl::StatusOr<std::unique_ptr<Store>> store = Open();
  PE_ASSERT_OK(store);
  Lease lease = *(*store)->AcquireLease(1, 1);
  Batch batch{.epoch = lease.epoch};
  batch.jobs.push_back(NewJob("a"));
  PE_ASSERT_OK(SubmitAndWait(**store, std::move(batch)));
  PE_ASSERT_OK((*store)->GetJob(JobId("a"), JobDetail::kFull));
  PE_ASSERT_OK((*store)->Backup(folder_.path() + "/copy.db"));
  umask(before);
  EXPECT_EQ(Mode(data()), 0700u);
  for (const char* name : {"provision.db", "provision.db-wal", "provision.db-shm", "LOCK"}) {
    EXPECT_EQ(Mode(absl::StrCat(data(), "/", name)), 0600u) << name;
  }
  EXPECT_EQ(Mode(folder_.path() + "/copy.db"), 0600u);
  EXPECT_NE(access((folder_.path() + "/copy.db.part").c_str(), F_OK), 0);
}

TEST_F(SqliteFiles, AFolderThatIsOpenToOthersIsRefused) {
  ASSERT_EQ(mkdir(data().c_str(), 0700), 0);
  ASSERT_EQ(chmod(data().c_str(), 0750), 0);
  ExpectRefused("chmod 0700");
}

TEST_F(SqliteFiles, ADatabaseThatWasOpenToOthersIsClosedToThem) {
  PE_ASSERT_OK(Open());
  ASSERT_EQ(chmod(database().c_str(), 0644), 0);
  PE_ASSERT_OK(Open());
  EXPECT_EQ(Mode(database()), 0600u);
}

TEST_F(SqliteFiles, AMissingParentIsAnError) {
  PE_EXPECT_CODE(kNotFound, OpenSqliteStore({.folder = folder_.path() + "/no/data"}, random_));
}

TEST_F(SqliteFiles, ASecondProcessIsRefusedAndToldWhoHasIt) {
  absl::StatusOr<std::unique_ptr<Store>> store = Open();
  PE_ASSERT_OK(store);
  const pid_t child = fork();
  if (child == 0) {
    SystemRandom random;
    absl::StatusOr<std::unique_ptr<Store>> second = OpenSqliteStore({.folder = data()}, random);
    const bool told = absl::IsFailedPrecondition(second.status()) &&
                      second.status().message().find(absl::StrCat("pid ", getppid())) != absl::string_view::npos;
    _exit(told ? 75 : 1);
  }
  int result = 0;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  EXPECT_TRUE(WIFEXITED(result));
  EXPECT_EQ(WEXITSTATUS(result), 75);
  PE_EXPECT_OK((*store)->AcquireLease(1, 1));  // the holder is not disturbed
}

TEST_F(SqliteFiles, ASecondStoreOfTheSameProcessIsRefusedToo) {
  absl::StatusOr<std::unique_ptr<Store>> store = Open();
  PE_ASSERT_OK(store);
  ExpectRefused(absl::StrCat("pid ", getpid()));
  store->reset();
  PE_EXPECT_OK(Open());
}

TEST_F(SqliteFiles, ANewerDatabaseIsRefused) {
  PE_ASSERT_OK(Open());
  Run("PRAGMA user_version = 1000");
  ExpectRefused("newer release (schema 1000");
}

TEST_F(SqliteFiles, AnEarlierReleasesDatabaseGetsTheEnvironmentsThatItsJobsName) {
  PE_ASSERT_OK(Open());
  Run("DROP TABLE environments; PRAGMA user_version = 2;"
      "INSERT INTO jobs (key, id, state, terminal, environment, service, last_seq, summary)"
      " VALUES (1, 'a', 8, 1, 'environments/stage', 's', 0, x''), (2, 'b', 8, 1, 'environments/prod', 's', 0, x'')");
  absl::StatusOr<std::unique_ptr<Store>> store = Open();
  PE_ASSERT_OK(store);
  EXPECT_EQ((*store)->GetEnvironment(EnvironmentId("stage"))->name(), "environments/stage");
  EXPECT_EQ((*store)->GetEnvironment(EnvironmentId("stage"))->etag(), "1");
  EXPECT_TRUE((*store)->GetEnvironment(EnvironmentId("prod"))->approval_required());
}

TEST_F(SqliteFiles, AnotherProgramsDatabaseIsRefused) {
  ASSERT_EQ(mkdir(data().c_str(), 0700), 0);
  Run("CREATE TABLE notes (text)");
  ExpectRefused("another program");
}

TEST_F(SqliteFiles, WhatIsNoDatabaseIsRefused) {
  ASSERT_EQ(mkdir(data().c_str(), 0700), 0);
  std::ofstream(database()) << std::string(8'192, 'x');
  PE_EXPECT_CODE(kDataLoss, Open());
}

TEST_F(SqliteFiles, TheLogIsCheckpointedAndStaysShort) {
  absl::StatusOr<std::unique_ptr<Store>> store = OpenSqliteStore({.folder = data(), .checkpoint_pages = 50}, random_);
  PE_ASSERT_OK(store);
  Lease lease = *(*store)->AcquireLease(1, 1);
  for (int i = 0; i < 300; ++i) {
    Batch batch{.epoch = lease.epoch};
    batch.jobs.push_back(NewJob(absl::StrCat("job-", i)));
    PE_ASSERT_OK(SubmitAndWait(**store, std::move(batch)));
    PE_ASSERT_OK((*store)->GetJob(JobId(absl::StrCat("job-", i)), JobDetail::kFull));
  }
  struct stat info = {};
  ASSERT_EQ(stat((database() + "-wal").c_str(), &info), 0);
  EXPECT_LT(info.st_size, 200 * 4'200);
}

}  // namespace
}  // namespace pe
