// The SQLite store on a disk that fails: a commit that failed is never called durable, and what was called durable
// stays.
#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/conformance/storage/store_suite.h"
#include "tests/conformance/storage/temp_folder.h"
#include "tests/unit/storage/fault_vfs.h"

namespace pe {
namespace {

class SqliteFaults : public testing::Test {
 protected:
  void Open(int64_t checkpoint_pages) {
    store_.reset();
    absl::StatusOr<std::unique_ptr<Store>> store = OpenSqliteStore(
        {.folder = folder_.path() + "/data", .checkpoint_pages = checkpoint_pages, .vfs = FaultVfs::kName}, random_);
    PE_ASSERT_OK(store);
    store_ = *std::move(store);
    lease_ = *store_->AcquireLease(1, 1);
  }
  absl::Status Create(const std::string& id) {
    Batch batch{.epoch = lease_.epoch};
    batch.jobs.push_back(NewJob(id));
    batch.appends.push_back(NewEvents(id, 1, 300));
    return SubmitAndWait(*store_, std::move(batch)).status;
  }
  // Whether the job is there; when it is, it is whole.
  bool Has(const std::string& id) {
    absl::StatusOr<provision::v1::Job> job = store_->GetJob(JobId(id), JobDetail::kFull);
    if (!job.ok()) {
      PE_EXPECT_CODE(kNotFound, job);
      return false;
    }
    EXPECT_EQ(store_->ReadEvents(JobId(id), 0, 1'000)->events.size(), 300u);
    EXPECT_EQ(job->targets_size(), 2);
    return true;
  }
  // Fails the 1st, the 2nd ... operation of a commit with its checkpoint, until it passes. Returns how many there were.
  int FailEach(int code, bool syncs_only);

  TempFolder folder_;
  SystemRandom random_;
  FaultVfs vfs_;
  std::unique_ptr<Store> store_;  // goes before its VFS
  Lease lease_;
};

int SqliteFaults::FailEach(int code, bool syncs_only) {
  Open(/*checkpoint_pages=*/1);
  std::vector<std::string> durable;
  for (int at = 1;; ++at) {
    const std::string id = absl::StrCat("job-", at);
    vfs_.Arm({.at = at, .syncs_only = syncs_only, .code = code});
    const absl::Status status = Create(id);
    store_->Flush();  // the checkpoint too
    const bool failed = vfs_.failures() > 0;
    vfs_.Disarm();
    const bool there = Has(id);
    EXPECT_TRUE(there || !status.ok()) << id << " was acknowledged and is lost";
    EXPECT_FALSE(there && absl::IsResourceExhausted(status)) << id << " was refused and is there";
    EXPECT_TRUE(status.ok() || absl::IsResourceExhausted(status) || absl::IsUnavailable(status)) << status;
    if (there) durable.push_back(id);
    PE_EXPECT_OK(Create(absl::StrCat("after-", at)));  // it goes on by itself
    durable.push_back(absl::StrCat("after-", at));
    for (const std::string& name : durable) EXPECT_TRUE(Has(name)) << name << " is lost after fault " << at;
    if (failed) continue;
    Open(4'000);
    for (const std::string& name : durable) EXPECT_TRUE(Has(name)) << name << " is lost after reopening";
    return at - 1;
  }
}

TEST_F(SqliteFaults, AnyFailingWrite) { EXPECT_GT(FailEach(SQLITE_IOERR_WRITE, false), 5); }
TEST_F(SqliteFaults, AnyFailingSync) { EXPECT_GE(FailEach(SQLITE_IOERR_FSYNC, true), 2); }
TEST_F(SqliteFaults, AFullDiskAtAnyWrite) { EXPECT_GT(FailEach(SQLITE_FULL, false), 5); }

TEST_F(SqliteFaults, AFailedSyncIsNotSuccessAndWhatIsReadThenIsDurable) {
  Open(4'000);
  PE_ASSERT_OK(Create("before"));
  vfs_.Arm({.at = 1, .syncs_only = true, .code = SQLITE_IOERR_FSYNC});
  PE_EXPECT_CODE(kUnavailable, Create("open"));
  const bool there = Has("open");
  Open(4'000);
  EXPECT_EQ(Has("open"), there);
  EXPECT_TRUE(Has("before"));
}

TEST_F(SqliteFaults, WhileTheDiskFailsNothingIsBelievedAndThenItGoesOn) {
  Open(4'000);
  PE_ASSERT_OK(Create("before"));
  vfs_.Arm({.at = 1, .onwards = true, .syncs_only = true, .code = SQLITE_IOERR_FSYNC});
  for (int i = 0; i < 3; ++i) PE_EXPECT_CODE(kUnavailable, Create(absl::StrCat("during-", i)));
  PE_EXPECT_CODE(kUnavailable, store_->GetJob(JobId("before"), JobDetail::kSummary));
  vfs_.Disarm();
  PE_EXPECT_OK(Create("after"));
  EXPECT_TRUE(Has("before"));
  EXPECT_TRUE(Has("after"));
  PE_EXPECT_OK(store_->RenewLease(lease_, 1, 1));  // the lease was never lost
}

TEST_F(SqliteFaults, OnAFullDiskReadsWorkAndWritesGoOnWhenThereIsSpace) {
  Open(4'000);
  PE_ASSERT_OK(Create("before"));
  vfs_.Arm({.at = 1, .onwards = true, .code = SQLITE_FULL});
  for (int i = 0; i < 3; ++i) PE_EXPECT_CODE(kResourceExhausted, Create(absl::StrCat("during-", i)));
  EXPECT_TRUE(Has("before"));
  vfs_.Disarm();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(Has(absl::StrCat("during-", i)));
  PE_EXPECT_OK(Create("during-0"));  // the same batch again
}

}  // namespace
}  // namespace pe
