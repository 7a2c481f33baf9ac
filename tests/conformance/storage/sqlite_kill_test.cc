// A process that writes is killed at any moment: what it was told to be durable is there, and the database is whole.
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/conformance/storage/store_suite.h"
#include "tests/conformance/storage/temp_folder.h"

namespace pe {
namespace {

constexpr int kKills = 20;

// Submits jobs with three events each, as fast as it can, and writes the number of each acknowledged one to `out`.
[[noreturn]] void WriteUntilKilled(const std::string& folder, int round, int out) {
  SystemRandom random;
  // A short log: kills hit checkpoints too.
  absl::StatusOr<std::unique_ptr<Store>> store = OpenSqliteStore({.folder = folder, .checkpoint_pages = 30}, random);
  if (!store.ok()) _exit(1);
  absl::StatusOr<Lease> lease = (*store)->AcquireLease(1, 1);
  if (!lease.ok()) _exit(2);
  for (int32_t i = 0;; ++i) {
    const std::string id = absl::StrCat("job-", round, "-", i);
    Batch batch{.epoch = lease->epoch};
    batch.jobs.push_back(NewJob(id));
    batch.appends.push_back(NewEvents(id, 1, 3));
    (*store)->Submit(std::move(batch), [out, i](const absl::Status& status, const Applied&) {
      if (!status.ok() || write(out, &i, sizeof i) != sizeof i) _exit(3);
    });
    if (i % 8 == 7) (*store)->Flush();
  }
}

// Kills the child after it has acknowledged `enough` jobs; returns all that it acknowledged.
std::vector<int32_t> RunAndKill(const std::string& folder, int round, size_t enough) {
  int pipe_ends[2];
  EXPECT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(pipe_ends[0]);
    WriteUntilKilled(folder, round, pipe_ends[1]);
  }
  close(pipe_ends[1]);
  std::vector<int32_t> acknowledged;
  int32_t number = 0;
  while (read(pipe_ends[0], &number, sizeof number) == sizeof number) {
    acknowledged.push_back(number);
    if (acknowledged.size() == enough) kill(child, SIGKILL);
  }
  close(pipe_ends[0]);
  int result = 0;
  EXPECT_EQ(waitpid(child, &result, 0), child);
  EXPECT_TRUE(WIFSIGNALED(result)) << "the writer ended by itself with " << WEXITSTATUS(result);
  return acknowledged;
}

void ExpectWhole(const std::string& folder) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open_v2((folder + "/provision.db").c_str(), &db, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
  std::string answer;
  auto take = [](void* out, int, char** values, char**) {
    *static_cast<std::string*>(out) += values[0];
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(db, "PRAGMA integrity_check", take, &answer, nullptr), SQLITE_OK);
  EXPECT_EQ(answer, "ok");
  sqlite3_close(db);
}

TEST(SqliteKill, AcknowledgedJobsSurviveKillsAndNothingIsHalf) {
  TempFolder temp;
  const std::string folder = temp.path() + "/data";
  SystemRandom random;
  size_t total = 0;
  for (int round = 0; round < kKills; ++round) {
    const std::vector<int32_t> acknowledged = RunAndKill(folder, round, 1 + random.Next() % 200);
    ASSERT_FALSE(acknowledged.empty());
    total += acknowledged.size();
    ExpectWhole(folder);
    absl::StatusOr<std::unique_ptr<Store>> store = OpenSqliteStore({.folder = folder}, random);
    PE_ASSERT_OK(store);
    for (int32_t number : acknowledged) {
      const std::string id = absl::StrCat("job-", round, "-", number);
      ASSERT_TRUE((*store)->GetJob(JobId(id), JobDetail::kFull).ok()) << id << " was acknowledged and is lost";
    }
    // Whatever is there, acknowledged or not, is there with its events.
    std::string after;
    do {
      absl::StatusOr<Page<provision::v1::Job>> page = (*store)->ListJobs({}, after, 1'000);
      PE_ASSERT_OK(page);
      for (const provision::v1::Job& job : page->items) {
        ASSERT_EQ((*store)->ReadEvents(JobId(job.name().substr(5)), 0, 10)->events.size(), 3u) << job.name();
      }
      after = page->next;
    } while (!after.empty());
  }
  RecordProperty("acknowledged", static_cast<int>(total));
}

}  // namespace
}  // namespace pe
