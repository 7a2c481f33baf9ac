// Writer: the one connection that writes, checkpoints and recovers. A group of batches becomes one transaction.
//
// A commit that failed in a way that leaves its outcome open (an I/O error, above all a failed fsync) is answered
// UNAVAILABLE, and nothing of it is believed: all connections are closed, the database is opened again and what is
// found in its log is written out and synced (a checkpoint) before anybody may read. While that fails, reads and writes
// are UNAVAILABLE, and every new group tries it again. A full disk leaves nothing open: the transaction is rolled back.
// Thread rule: after Open, all calls on one thread.
#ifndef STORAGE_SQLITE_WRITER_H_
#define STORAGE_SQLITE_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "storage/commit/commit_queue.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/store.h"

namespace pe {

struct WriterOptions {
  std::string database;
  std::string vfs;                   // empty: the default one
  int64_t checkpoint_pages = 4'000;  // of 4 KiB; a longer write-ahead log is copied into the database
};

class Writer {
 public:
  // Opens the database, migrates it, and lets `readers` (which outlive the writer) begin.
  static absl::StatusOr<std::unique_ptr<Writer>> Open(WriterOptions options, ReaderPool* readers, Random& random);
  // Closes the readers, and checkpoints.
  ~Writer();

  void Commit(std::vector<PendingBatch>& group);
  // Checkpoints when it is time to.
  void Upkeep();

  absl::StatusOr<Lease> Acquire();
  absl::Status CheckHeld(const Lease& lease) const;
  absl::Status Release(const Lease& lease);

 private:
  Writer(WriterOptions options, ReaderPool* readers) : options_(std::move(options)), readers_(readers) {}

  absl::Status Connect();
  absl::Status LoadEngine(Random& random);
  absl::Status Reopen();
  absl::Status TryCommit(std::vector<PendingBatch>& group);
  absl::Status Stage(std::vector<PendingBatch>& group, bool* anything);
  absl::Status Finish(const absl::Status& status, bool anything);
  absl::Status RaiseEpoch();
  absl::Status Checkpoint(int mode);
  void OutcomeOpen();

  static int OnWalGrew(void* writer, sqlite3* db, const char* name, int pages);

  const WriterOptions options_;
  ReaderPool* const readers_;
  std::unique_ptr<Connection> connection_;  // null: an error has made it unusable, see Reopen
  std::string engine_id_;
  int64_t epoch_ = 0;       // the largest one stored
  int64_t held_epoch_ = 0;  // 0: nobody holds the lease
  int64_t wal_pages_ = 0;
  int64_t checkpoint_at_ = 0;  // pages
};

}  // namespace pe

#endif  // STORAGE_SQLITE_WRITER_H_
