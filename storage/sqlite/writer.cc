#include "storage/sqlite/writer.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status.h"
#include "storage/commit/stager.h"
#include "storage/sqlite/apply.h"
#include "storage/sqlite/drop_events.h"
#include "storage/sqlite/migrate.h"
#include "storage/sqlite/sql.h"
#include "storage/sqlite/writer_view.h"

namespace pe {
namespace {

// A log this many times longer than wanted means that readers never leave it: then the writer waits for them.
constexpr int64_t kPatience = 16;
// Free bytes without which it is not worth writing again after a failure.
constexpr uint64_t kHeadroom = 1024 * 1024;

bool LeavesOutcomeOpen(const absl::Status& status) {
  return !absl::IsResourceExhausted(status) && !absl::IsInternal(status);
}

absl::Status Answer(const absl::Status& failure) {
  if (!LeavesOutcomeOpen(failure) || absl::IsDataLoss(failure)) return failure;
  return absl::UnavailableError(
      absl::StrCat("it is not known whether the commit is durable; read what is stored (", failure.message(), ")"));
}

void Fail(std::vector<PendingBatch>& group, const absl::Status& failure) {
  const absl::Status answer = Answer(failure);
  for (PendingBatch& pending : group) {
    if (absl::IsFailedPrecondition(pending.status)) continue;  // without the lease; true whatever became of the commit
    pending.status = answer;  // also refusals: they may rest on batches that were not applied
    pending.applied = {};
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Writer>> Writer::Open(WriterOptions options, ReaderPool* readers, Damage* damage,
                                                     Random& random) {
  std::unique_ptr<Writer> writer(new Writer(std::move(options), readers, damage));
  PE_RETURN_IF_ERROR(writer->Connect());
  if (writer->options_.check) PE_RETURN_IF_ERROR(QuickCheck(*writer->connection_));
  PE_RETURN_IF_ERROR(Migrate(*writer->connection_));
  PE_RETURN_IF_ERROR(writer->Settle());
  PE_RETURN_IF_ERROR(writer->LoadEngine(random));
  writer->opened_ = true;
  readers->Open();
  return writer;
}

// The last process may have ended between writing its log and syncing it; nobody may see what a power cut could take.
// A full disk, or a backup that reads, is no reason not to go on: what matters is that the log is synced.
absl::Status Writer::Settle() {
  const absl::Status status = Checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
  if (status.ok() || IsCorruption(status)) return status;
  if (absl::IsResourceExhausted(status)) return SyncLog();
  const int code = sqlite3_errcode(connection_->handle()) & 0xff;
  return code == SQLITE_BUSY ? SyncLog() : status;
}

// By a descriptor of its own: SQLite's locks are on other files.
absl::Status Writer::SyncLog() const {
  const std::string path = options_.database + "-wal";
  const int log = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (log < 0)
    return errno == ENOENT ? absl::OkStatus() : absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  const absl::Status status =
      fsync(log) == 0 ? absl::OkStatus() : absl::UnavailableError(absl::StrCat("cannot sync ", path));
  close(log);
  return status;
}

Writer::~Writer() {
  readers_->Close();
  if (connection_ != nullptr && opened_ && !damage_->any())
    Checkpoint(SQLITE_CHECKPOINT_TRUNCATE).IgnoreError();  // the log stays otherwise, and is as good
}

absl::Status Writer::Connect() {
  PE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                      Connection::Open(options_.database, SQLITE_OPEN_READWRITE, options_.vfs));
  sqlite3_busy_timeout(connection->handle(),
                       100);  // only a reader that recovers or is being waited for can be in the way
  sqlite3_db_config(connection->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  PE_RETURN_IF_ERROR(connection->Execute(sql::kWriterPragmas));
  {
    Statement mode = connection->Use(sql::kGetJournalMode);
    PE_ASSIGN_OR_RETURN(const bool row, mode.Step());
    if (!row || mode.Bytes(0) != "wal") {
      return absl::FailedPreconditionError(
          "the file system does not allow a write-ahead log (shared memory); use a local one");
    }
  }
  sqlite3_wal_hook(connection->handle(), &Writer::OnWalGrew, this);
  wal_pages_ = 0;
  checkpoint_at_ = options_.checkpoint_pages;
  connection_ = std::move(connection);
  return absl::OkStatus();
}

absl::Status Writer::LoadEngine(Random& random) {
  {
    Statement get = connection_->Use(sql::kGetEngine);
    PE_ASSIGN_OR_RETURN(const bool row, get.Step());
    if (!row) return absl::DataLossError("the database has no engine row; restore a backup");
    engine_id_ = std::string(get.Bytes(0));
    epoch_ = get.Int(1);
  }
  if (!engine_id_.empty()) return absl::OkStatus();
  engine_id_ = absl::StrFormat("%016x%016x", random.Next(), random.Next());
  return connection_->Use(sql::kSetEngineId).Bind(engine_id_).Run();
}

absl::Status Writer::Reopen() {
  readers_->Close();
  connection_.reset();
  PE_RETURN_IF_ERROR(Connect());
  absl::Status status = Settle();
  if (status.ok()) {
    Statement get = connection_->Use(sql::kGetEngine);
    absl::StatusOr<bool> row = get.Step();
    if (!row.ok()) {
      status = row.status();
    } else if (!*row || get.Bytes(0) != engine_id_ || get.Int(1) < epoch_) {
      status =
          absl::DataLossError("the database is not the one that was open before; it was replaced or has lost commits");
    } else {
      epoch_ = get.Int(1);
    }
  }
  if (!status.ok()) {
    connection_.reset();
    return status;
  }
  readers_->Open();
  return absl::OkStatus();
}

// Nothing that the connection believes counts any more. Reads wait until it is known what is stored.
void Writer::OutcomeOpen() {
  if (!Reopen().ok()) connection_.reset();  // readers stay closed; the next group tries again
}

void Writer::Commit(std::vector<PendingBatch>& group) {
  absl::Status status = damage_->status();
  if (status.ok() && connection_ == nullptr) status = Reopen();
  if (status.ok()) status = TryCommit(group);
  if (status.ok()) return;
  status = damage_->Look(status);
  Fail(group, status);
  if (damage_->any()) return;
  if (connection_ != nullptr && LeavesOutcomeOpen(status)) OutcomeOpen();
}

absl::Status Writer::TryCommit(std::vector<PendingBatch>& group) {
  PE_RETURN_IF_ERROR(connection_->Use(sql::kBeginImmediate).Run());
  bool anything = false;
  const absl::Status staged = Stage(group, &anything);
  return Finish(staged, anything);
}

absl::Status Writer::Stage(std::vector<PendingBatch>& group, bool* anything) {
  WriterView view(connection_.get());
  Stager stager(&view);
  for (PendingBatch& pending : group) {
    if (pending.batch.epoch == 0 || pending.batch.epoch != held_epoch_) {
      pending.status = absl::FailedPreconditionError(
          absl::StrCat("epoch ", pending.batch.epoch, " does not hold the lease; the newest epoch is ", epoch_));
      continue;
    }
    pending.status = stager.Add(std::move(pending.batch), &pending.applied);
  }
  PE_RETURN_IF_ERROR(stager.view_error());
  *anything = !stager.changes().empty();
  return ApplyChanges(stager.changes(), *connection_);
}

// Ends the transaction: COMMIT when `status` is OK and there is something to commit, else ROLLBACK.
absl::Status Writer::Finish(const absl::Status& status, bool anything) {
  if (status.ok() && anything) {
    absl::Status committed = connection_->Use(sql::kCommit).Run();
    if (committed.ok()) return committed;
    if (!sqlite3_get_autocommit(connection_->handle())) connection_->Use(sql::kRollback).Run().IgnoreError();
    // Only a full disk is known to have written no commit mark.
    return absl::IsResourceExhausted(committed) ? committed : absl::UnavailableError(committed.message());
  }
  absl::Status ended = absl::OkStatus();
  if (!sqlite3_get_autocommit(connection_->handle())) ended = connection_->Use(sql::kRollback).Run();
  return status.ok() ? ended : status;
}

absl::StatusOr<DroppedEvents> Writer::DropEvents(const Lease& lease, WallMicros ended_before, int64_t enough_bytes) {
  PE_RETURN_IF_ERROR(CheckHeld(lease));
  PE_RETURN_IF_ERROR(damage_->status());
  if (connection_ == nullptr) PE_RETURN_IF_ERROR(Reopen());
  absl::StatusOr<DroppedEvents> dropped = DroppedEvents();
  absl::Status status = connection_->Use(sql::kBeginImmediate).Run();
  if (status.ok()) {
    dropped = pe::DropEvents(*connection_, ended_before, enough_bytes);
    status = Finish(dropped.status(), true);
  }
  if (status.ok()) return dropped;
  status = damage_->Look(status);
  if (LeavesOutcomeOpen(status) && !damage_->any()) OutcomeOpen();
  return Answer(status);
}

absl::StatusOr<Lease> Writer::Acquire() {
  if (held_epoch_ != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("engine ", engine_id_, " (pid ", getpid(), ") holds the store with epoch ", held_epoch_));
  }
  if (connection_ == nullptr) PE_RETURN_IF_ERROR(Reopen());
  absl::Status status = RaiseEpoch();
  if (!status.ok()) {
    if (LeavesOutcomeOpen(status)) OutcomeOpen();
    return Answer(status);
  }
  held_epoch_ = ++epoch_;
  return Lease{engine_id_, held_epoch_};
}

absl::Status Writer::RaiseEpoch() {
  PE_RETURN_IF_ERROR(connection_->Use(sql::kBeginImmediate).Run());
  return Finish(connection_->Use(sql::kSetEpoch).Bind(epoch_ + 1).Run(), true);
}

absl::Status Writer::WriteNothing() {
  PE_RETURN_IF_ERROR(connection_->Use(sql::kBeginImmediate).Run());
  absl::Status status = connection_->Use(sql::kProbeInsert).Run();
  if (status.ok()) status = connection_->Use(sql::kProbeDelete).Run();
  return Finish(status, true);
}

// The log's old pages are written again, so that a page alone says little about space: the disk is asked too.
absl::Status Writer::Probe(const Lease& lease) {
  PE_RETURN_IF_ERROR(CheckHeld(lease));
  PE_RETURN_IF_ERROR(damage_->status());
  struct statvfs disk;
  if (statvfs(options_.database.c_str(), &disk) == 0) {
    const uint64_t blocks = geteuid() == 0 ? disk.f_bfree : disk.f_bavail;
    if (blocks * disk.f_frsize < kHeadroom)
      return absl::ResourceExhaustedError(absl::StrCat("less than ", kHeadroom >> 10, " KiB are free on the disk"));
  }
  if (connection_ == nullptr) PE_RETURN_IF_ERROR(Reopen());
  const absl::Status status = damage_->Look(WriteNothing());
  if (status.ok()) return status;
  if (LeavesOutcomeOpen(status) && !damage_->any()) OutcomeOpen();
  return Answer(status);
}

absl::Status Writer::CheckHeld(const Lease& lease) const {
  if (lease.epoch != 0 && lease.epoch == held_epoch_ && lease.engine_id == engine_id_) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the lease with epoch ", lease.epoch, " is not held; the newest epoch is ", epoch_));
}

absl::Status Writer::Release(const Lease& lease) {
  PE_RETURN_IF_ERROR(CheckHeld(lease));
  held_epoch_ = 0;
  return absl::OkStatus();
}

void Writer::Upkeep() {
  if (connection_ == nullptr || damage_->any() || wal_pages_ < checkpoint_at_) return;
  const bool wait = wal_pages_ >= kPatience * options_.checkpoint_pages;
  absl::Status status = Checkpoint(wait ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE);
  // A full disk or a busy reader: later. Anything else means that the database file may not have what the log had.
  if (status.ok() || absl::IsResourceExhausted(status)) return;
  damage_->Look(status).IgnoreError();
  if (!damage_->any()) OutcomeOpen();
}

absl::Status Writer::Checkpoint(int mode) {
  int pages = 0;
  int copied = 0;
  const int rc = sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, mode, &pages, &copied);
  // Where readers were in the way, the next try waits for some more log, so that it is not made after each commit.
  checkpoint_at_ = copied >= pages ? options_.checkpoint_pages : pages + options_.checkpoint_pages / 4;
  wal_pages_ = 0;
  const bool busy = (rc & 0xff) == SQLITE_BUSY && mode != SQLITE_CHECKPOINT_TRUNCATE;
  return rc == SQLITE_OK || busy ? absl::OkStatus() : SqliteError(connection_->handle(), rc);
}

int Writer::OnWalGrew(void* writer, sqlite3*, const char*, int pages) {
  static_cast<Writer*>(writer)->wal_pages_ = pages;
  return SQLITE_OK;
}

}  // namespace pe
