// Backups: made from another process' point of view, checked, damaged on purpose, and put back.
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "storage/sqlite/backup.h"
#include "storage/sqlite/check.h"
#include "storage/sqlite/restore.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/conformance/storage/store_suite.h"
#include "tests/conformance/storage/temp_folder.h"

namespace pe {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class SqliteBackup : public testing::Test {
 protected:
  void SetUp() override {
    Open();
    for (int i = 0; i < 40; ++i) {
      Batch batch{.epoch = lease_.epoch, .now = 100 + i};
      const std::string id = absl::StrCat("job-", i);
      batch.jobs.push_back(NewJob(id));
      batch.appends.push_back(
          NewEvents(id, 1, 50, i < 30 ? provision::v1::Job::SUCCEEDED : provision::v1::Job::RUNNING));
      PE_ASSERT_OK(SubmitAndWait(*store_, std::move(batch)));
    }
  }
  void Open() {
    store_.reset();
    auto store = OpenSqliteStore({.folder = data()}, random_);
    PE_ASSERT_OK(store);
    store_ = *std::move(store);
    lease_ = *store_->AcquireLease(1, 1);
  }
  std::string data() const { return folder_.path() + "/data"; }
  std::string copy() const { return folder_.path() + "/copy.db"; }
  // Flips bits in the middle of page `page` (from 1) of a file.
  static void Flip(const std::string& file, int page, int at = 2'000, int bytes = 16) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    const int64_t begin = int64_t{page - 1} * 4096 + at;
    std::string old(bytes, '\0');
    out.seekg(begin).read(old.data(), bytes);
    for (char& c : old) c = static_cast<char>(c ^ 0x5a);
    out.seekp(begin).write(old.data(), bytes);
    ASSERT_TRUE(out.good());
  }
  static int Pages(const std::string& file) { return static_cast<int>(std::filesystem::file_size(file) / 4096); }

  TempFolder folder_;
  SystemRandom random_;
  std::unique_ptr<Store> store_;
  Lease lease_;
};

TEST_F(SqliteBackup, IsWholeWhileAnEngineHasTheFolder) {
  PE_ASSERT_OK(store_->DropEvents(lease_, 101, 1 << 30));
  PE_ASSERT_OK(BackupFolder(data(), copy()));
  const auto report = CheckDatabase(copy());
  PE_ASSERT_OK(report);
  EXPECT_THAT(report->problems, IsEmpty());
  EXPECT_TRUE(report->digest);
  EXPECT_EQ(report->jobs, 40);
  EXPECT_EQ(report->unfinished, 10);
  EXPECT_EQ(report->events, 39 * 50);
  EXPECT_EQ(report->trimmed, 1);
  EXPECT_EQ(report->schema, 3);
  struct stat info;
  ASSERT_EQ(stat(copy().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_FALSE(std::filesystem::exists(copy() + ".part"));
  PE_EXPECT_CODE(kAlreadyExists, BackupFolder(data(), copy()));
  Batch batch{.epoch = lease_.epoch};
  batch.jobs.push_back(NewJob("after"));
  PE_EXPECT_OK(SubmitAndWait(*store_, std::move(batch)));
}

TEST_F(SqliteBackup, CanBeMadeOfWhatAKilledEngineLeft) {
  std::filesystem::create_directory(folder_.path() + "/left");
  for (const char* part : {"", "-wal"})  // as they are while the engine lives: a killed one leaves no other
    std::filesystem::copy_file(data() + "/provision.db" + part, folder_.path() + "/left/provision.db" + part);
  PE_ASSERT_OK(BackupFolder(folder_.path() + "/left", copy()));
  const auto report = CheckDatabase(copy());
  PE_ASSERT_OK(report);
  EXPECT_THAT(report->problems, IsEmpty());
  EXPECT_EQ(report->jobs, 40);
}

TEST_F(SqliteBackup, AFolderWithoutADatabaseIsSaid) {
  PE_EXPECT_CODE(kNotFound, BackupFolder(folder_.path(), copy()));
  PE_EXPECT_CODE(kNotFound, CheckDatabase(copy()));
}

TEST_F(SqliteBackup, EveryDamagedPageIsFound) {
  PE_ASSERT_OK(BackupFolder(data(), copy()));
  const int pages = Pages(copy());
  ASSERT_GT(pages, 20);
  const std::string bad = folder_.path() + "/bad.db";
  for (int page = 1; page <= pages; ++page) {
    std::filesystem::copy_file(copy(), bad, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(DigestFileOf(copy()), DigestFileOf(bad),
                               std::filesystem::copy_options::overwrite_existing);
    Flip(bad, page);
    const auto report = CheckDatabase(bad);
    PE_ASSERT_OK(report);
    EXPECT_FALSE(report->problems.empty()) << "page " << page << " of " << pages;
  }
}

TEST_F(SqliteBackup, AlsoWithoutTheDigestWhatMakesAPageIsChecked) {
  PE_ASSERT_OK(BackupFolder(data(), copy()));
  std::filesystem::remove(DigestFileOf(copy()));
  int found = 0;
  const int pages = Pages(copy());
  const std::string bad = folder_.path() + "/bad.db";
  for (int page = 2; page <= pages; ++page) {
    std::filesystem::copy_file(copy(), bad, std::filesystem::copy_options::overwrite_existing);
    Flip(bad, page, 0, 8);  // the page's header
    const auto report = CheckDatabase(bad);
    PE_ASSERT_OK(report);
    EXPECT_FALSE(report->digest);
    if (!report->problems.empty()) ++found;
  }
  EXPECT_GT(found, (pages - 1) * 9 / 10) << "of " << pages - 1;  // a free page has no header
}

TEST_F(SqliteBackup, ALogWithAHoleIsFound) {
  PE_ASSERT_OK(BackupFolder(data(), copy()));
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(copy().c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db,
                         "DELETE FROM events WHERE job = 7; UPDATE jobs SET last_seq = 60 WHERE key = 9;"
                         "DELETE FROM specs WHERE job = 11",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(db);
  std::filesystem::remove(DigestFileOf(copy()));
  const auto report = CheckDatabase(copy());
  PE_ASSERT_OK(report);
  EXPECT_THAT(report->problems, Contains(HasSubstr("job-6: its log ends at 0 and not at 50")));
  EXPECT_THAT(report->problems, Contains(HasSubstr("job-8: its log ends at 50 and not at 60")));
  EXPECT_THAT(report->problems, Contains(HasSubstr("jobs without their spec: 1")));
}

TEST_F(SqliteBackup, WhatIsNoBackupIsSaid) {
  store_->Flush();
  std::filesystem::copy_file(data() + "/provision.db", copy());  // of a database in use
  EXPECT_THAT(CheckDatabase(copy())->problems, Contains(HasSubstr("not a backup")));
  std::ofstream(folder_.path() + "/text") << std::string(8'192, 'x');
  EXPECT_THAT(CheckDatabase(folder_.path() + "/text")->problems, Not(IsEmpty()));
  std::ofstream(folder_.path() + "/empty");
  EXPECT_THAT(CheckDatabase(folder_.path() + "/empty")->problems, Not(IsEmpty()));
}

TEST_F(SqliteBackup, IsNotRestoredUnderAnEngineOrOverADatabase) {
  PE_ASSERT_OK(BackupFolder(data(), copy()));
  const auto running = RestoreDatabase(copy(), data(), {.replace = true, .aside = ".old"});
  PE_EXPECT_CODE(kFailedPrecondition, running);
  EXPECT_THAT(std::string(running.status().message()), HasSubstr(absl::StrCat("pid ", getpid())));
  store_.reset();
  PE_EXPECT_CODE(kAlreadyExists, RestoreDatabase(copy(), data(), {}));
  Open();
  PE_EXPECT_OK(store_->GetJob(JobId("job-3"), JobDetail::kFull));
}

TEST_F(SqliteBackup, RestoredIsWhatItWasAndTheOldOneIsKept) {
  PE_ASSERT_OK(BackupFolder(data(), copy()));
  const std::string engine = lease_.engine_id;
  Batch batch{.epoch = lease_.epoch};
  batch.jobs.push_back(NewJob("later"));
  PE_ASSERT_OK(SubmitAndWait(*store_, std::move(batch)));
  store_.reset();
  const auto restored = RestoreDatabase(copy(), data(), {.replace = true, .aside = ".old"});
  PE_ASSERT_OK(restored);
  EXPECT_EQ(restored->aside, data() + "/provision.db.old");
  Open();
  PE_EXPECT_OK(store_->GetJob(JobId("job-3"), JobDetail::kFull));
  PE_EXPECT_CODE(kNotFound, store_->GetJob(JobId("later"), JobDetail::kFull));
  EXPECT_NE(lease_.engine_id, engine) << "a restored database is another engine's";
  store_.reset();
  const std::string other = folder_.path() + "/other";
  std::filesystem::create_directory(other);
  std::filesystem::permissions(other, std::filesystem::perms::owner_all);
  std::filesystem::copy_file(restored->aside, other + "/provision.db");
  auto old = OpenSqliteStore({.folder = other}, random_);
  PE_ASSERT_OK(old);
  PE_EXPECT_OK((*old)->GetJob(JobId("later"), JobDetail::kFull));
}

TEST_F(SqliteBackup, IntoAnEmptyFolder) {
  PE_ASSERT_OK(BackupFolder(data(), copy()));
  const auto restored = RestoreDatabase(copy(), folder_.path() + "/new", {});
  PE_ASSERT_OK(restored);
  EXPECT_EQ(restored->aside, "");
  auto store = OpenSqliteStore({.folder = folder_.path() + "/new"}, random_);
  PE_ASSERT_OK(store);
  PE_EXPECT_OK((*store)->GetJob(JobId("job-3"), JobDetail::kFull));
}

TEST_F(SqliteBackup, ADamagedOneIsNotRestored) {
  PE_ASSERT_OK(BackupFolder(data(), copy()));
  Flip(copy(), 5);
  store_.reset();
  PE_EXPECT_CODE(kDataLoss, RestoreDatabase(copy(), data(), {.replace = true, .aside = ".old"}));
  Open();
  PE_EXPECT_OK(store_->GetJob(JobId("job-3"), JobDetail::kFull));
}

TEST_F(SqliteBackup, AnInterruptedRestoreStopsEnginesUntilItIsDoneAgain) {
  PE_ASSERT_OK(BackupFolder(data(), copy()));
  store_.reset();
  std::ofstream(data() + "/RESTORING");
  const auto refused = OpenSqliteStore({.folder = data()}, random_);
  PE_EXPECT_CODE(kFailedPrecondition, refused);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("provisiond restore"));
  PE_ASSERT_OK(RestoreDatabase(copy(), data(), {.replace = true, .aside = ".old"}));
  Open();
}

// ---- Damage in the engine's own database

TEST_F(SqliteBackup, AfterAKillADamagedDatabaseIsRefusedWithTheWayOut) {
  const std::string left = folder_.path() + "/left";
  std::filesystem::create_directory(left);
  std::filesystem::permissions(left, std::filesystem::perms::owner_all);
  Open();  // an orderly end has brought everything into the file
  Batch batch{.epoch = lease_.epoch};
  batch.jobs.push_back(NewJob("in-the-log"));
  PE_ASSERT_OK(SubmitAndWait(*store_, std::move(batch)));
  for (const char* part : {"", "-wal"})
    std::filesystem::copy_file(data() + "/provision.db" + part, left + "/provision.db" + part);
  int refused = 0;
  const int pages = Pages(left + "/provision.db");
  const std::string bad = folder_.path() + "/bad";
  for (int page = 2; page <= pages; ++page) {
    std::filesystem::remove_all(bad);
    std::filesystem::copy(left, bad);
    std::filesystem::permissions(bad, std::filesystem::perms::owner_all);
    Flip(bad + "/provision.db", page, 0, 8);
    const auto store = OpenSqliteStore({.folder = bad}, random_);
    if (store.ok()) continue;  // a page that the log replaces, or that is free
    PE_EXPECT_CODE(kDataLoss, store);
    EXPECT_THAT(std::string(store.status().message()), HasSubstr("provisiond restore --data-dir " + bad));
    ++refused;
  }
  EXPECT_GT(refused, (pages - 1) / 2) << "of " << pages - 1;
}

TEST_F(SqliteBackup, DamageThatIsMetWhileServingEndsAllReadsAndWrites) {
  store_.reset();
  for (int page = 2; page <= Pages(data() + "/provision.db"); ++page) Flip(data() + "/provision.db", page, 0, 8);
  absl::Status told;
  auto store =
      OpenSqliteStore({.folder = data(), .on_damage = [&](const absl::Status& status) { told = status; }}, random_);
  if (!store.ok()) {  // the pages that opening needs are among them
    PE_EXPECT_CODE(kDataLoss, store);
    return;
  }
  PE_EXPECT_CODE(kDataLoss, (*store)->GetJob(JobId("job-3"), JobDetail::kFull));
  EXPECT_EQ(told.code(), absl::StatusCode::kDataLoss);
  PE_EXPECT_CODE(kDataLoss, (*store)->ListJobs({}, "", 10));
}

TEST_F(SqliteBackup, DamageOfOneTableStopsEverythingAndTheNextStart) {
  store_.reset();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((data() + "/provision.db").c_str(), &db), SQLITE_OK);
  sqlite3_stmt* find = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'events'", -1, &find, nullptr),
            SQLITE_OK);
  ASSERT_EQ(sqlite3_step(find), SQLITE_ROW);
  const int root = sqlite3_column_int(find, 0);
  sqlite3_finalize(find);
  sqlite3_close(db);
  Flip(data() + "/provision.db", root, 0, 8);
  int told = 0;
  {
    auto store = OpenSqliteStore({.folder = data(), .on_damage = [&](const absl::Status&) { ++told; }}, random_);
    PE_ASSERT_OK(store);  // the end was orderly: nothing says that it should be looked at
    PE_EXPECT_OK((*store)->GetJob(JobId("job-3"), JobDetail::kFull));
    const Lease lease = *(*store)->AcquireLease(1, 1);
    PE_EXPECT_CODE(kDataLoss, (*store)->ReadEvents(JobId("job-3"), 0, 10));
    PE_EXPECT_CODE(kDataLoss, (*store)->GetJob(JobId("job-3"), JobDetail::kFull));
    Batch batch{.epoch = lease.epoch};
    batch.jobs.push_back(NewJob("new"));
    PE_EXPECT_CODE(kDataLoss, SubmitAndWait(**store, std::move(batch)));
    EXPECT_EQ(told, 1);
  }
  PE_EXPECT_CODE(kDataLoss, OpenSqliteStore({.folder = data()}, random_));
}

TEST_F(SqliteBackup, ALargeDatabaseIsLookedAtWhileItIsServed) {
  const std::string left = folder_.path() + "/left";
  std::filesystem::create_directory(left);
  std::filesystem::permissions(left, std::filesystem::perms::owner_all);
  for (const char* part : {"", "-wal"})
    std::filesystem::copy_file(data() + "/provision.db" + part, left + "/provision.db" + part);
  store_.reset();
  { PE_ASSERT_OK(OpenSqliteStore({.folder = left, .check_first_bytes = 0}, random_)); }
}

}  // namespace
}  // namespace pe
