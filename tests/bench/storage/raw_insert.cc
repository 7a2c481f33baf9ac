// The limit: SQLite with the store's pragmas and one prepared INSERT, nothing else.
#include <sqlite3.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/bench/storage/workload.h"

namespace pe::bench {
namespace {

void Check(sqlite3* db, int rc) {
  if (rc != SQLITE_OK && rc != SQLITE_DONE) Require(absl::InternalError(sqlite3_errmsg(db)));
}

}  // namespace

WriteResult RawInserts(const std::string& folder, const std::vector<std::vector<std::string>>& groups,
                       int64_t counted) {
  const std::string path = folder + "/raw.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  sqlite3* db = nullptr;
  Check(db, sqlite3_open(path.c_str(), &db));
  Check(db, sqlite3_exec(
                db,
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
                "PRAGMA cache_size = -16000; CREATE TABLE rows (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
                nullptr, nullptr, nullptr));
  sqlite3_stmt* insert = nullptr;
  Check(db, sqlite3_prepare_v2(db, "INSERT INTO rows (bytes) VALUES (?)", -1, &insert, nullptr));
  const double begin = Seconds();
  const double cpu = CpuSeconds();
  for (const std::vector<std::string>& group : groups) {
    Check(db, sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr));
    for (const std::string& row : group) {
      sqlite3_bind_blob(insert, 1, row.data(), static_cast<int>(row.size()), SQLITE_STATIC);
      Check(db, sqlite3_step(insert));
      sqlite3_reset(insert);
    }
    Check(db, sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr));
  }
  const double seconds = Seconds() - begin;
  const double cpu_seconds = CpuSeconds() - cpu;
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return {static_cast<double>(counted) / seconds, cpu_seconds * 1e6 / static_cast<double>(counted)};
}

}  // namespace pe::bench
