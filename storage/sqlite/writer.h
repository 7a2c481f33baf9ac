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
#include "storage/sqlite/damage.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/store.h"

namespace pe {

struct WriterOptions {
  std::string database;
  std::string vfs;                   // empty: the default one
  int64_t checkpoint_pages = 4'000;  // of 4 KiB; a longer write-ahead log is copied into the database
  bool check = false;                // look at every page before anything else
};

class Writer {
 public:
  // Opens the database, migrates it, and lets `readers` begin. `readers` and `damage` outlive the writer.
  static absl::StatusOr<std::unique_ptr<Writer>> Open(WriterOptions options, ReaderPool* readers, Damage* damage,
                                                      Random& random);
  // Closes the readers, and checkpoints, unless the database is damaged.
  ~Writer();

  void Commit(std::vector<PendingBatch>& group);
  // Checkpoints when it is time to.
  void Upkeep();

  absl::StatusOr<DroppedEvents> DropEvents(const Lease& lease, WallMicros ended_before, int64_t enough_bytes);

  // As Store::CheckWritable.
  absl::Status Probe(const Lease& lease);

  absl::StatusOr<Lease> Acquire();
  absl::Status CheckHeld(const Lease& lease) const;
  absl::Status Release(const Lease& lease);

 private:
  Writer(WriterOptions options, ReaderPool* readers, Damage* damage)
      : options_(std::move(options)), readers_(readers), damage_(damage) {}

  absl::Status Connect();
  absl::Status LoadEngine(Random& random);
  absl::Status Reopen();
  absl::Status Settle();
  absl::Status TryCommit(std::vector<PendingBatch>& group);
  absl::Status Stage(std::vector<PendingBatch>& group, bool* anything);
  absl::Status Finish(const absl::Status& status, bool anything);
  absl::Status RaiseEpoch();
  absl::Status WriteNothing();
  absl::Status Checkpoint(int mode);
  absl::Status SyncLog() const;
  void OutcomeOpen();

  static int OnWalGrew(void* writer, sqlite3* db, const char* name, int pages);

  const WriterOptions options_;
  ReaderPool* const readers_;
  Damage* const damage_;
  std::unique_ptr<Connection> connection_;  // null: an error has made it unusable, see Reopen
  bool opened_ = false;                     // Open has succeeded
  std::string engine_id_;
  int64_t epoch_ = 0;       // the largest one stored
  int64_t held_epoch_ = 0;  // 0: nobody holds the lease
  int64_t wal_pages_ = 0;
  int64_t checkpoint_at_ = 0;  // pages
};

}  // namespace pe

#endif  // STORAGE_SQLITE_WRITER_H_
