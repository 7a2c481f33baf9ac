#include "storage/sqlite/sqlite_store.h"

#include <sys/stat.h>

#include <utility>
#include <vector>

#include "base/status.h"
#include "storage/commit/commit_queue.h"
#include "storage/sqlite/backup.h"
#include "storage/sqlite/damage.h"
#include "storage/sqlite/data_folder.h"
#include "storage/sqlite/page_check.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/reads.h"
#include "storage/sqlite/restore.h"
#include "storage/sqlite/sql.h"
#include "storage/sqlite/writer.h"

namespace pe {
namespace {

int64_t SizeOf(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

class SqliteStore final : public Store {
 public:
  SqliteStore(std::unique_ptr<DataFolder> folder, std::unique_ptr<Damage> damage, std::unique_ptr<ReaderPool> readers,
              std::unique_ptr<Writer> writer, std::unique_ptr<PageCheck> check)
      : folder_(std::move(folder)),
        damage_(std::move(damage)),
        readers_(std::move(readers)),
        writer_(std::move(writer)),
        check_(std::move(check)),
        queue_(
            {}, [this](std::vector<PendingBatch>& group) { writer_->Commit(group); }, [this] { writer_->Upkeep(); }) {}

  absl::StatusOr<Lease> AcquireLease(WallMicros, int64_t) override {
    absl::StatusOr<Lease> lease = absl::UnknownError("");
    queue_.Run([&] { lease = writer_->Acquire(); });
    return lease;
  }
  absl::Status RenewLease(const Lease& lease, WallMicros, int64_t) override {
    absl::Status status;
    queue_.Run([&] { status = writer_->CheckHeld(lease); });
    return status;
  }
  absl::Status ReleaseLease(const Lease& lease) override {
    absl::Status status;
    queue_.Run([&] { status = writer_->Release(lease); });
    return status;
  }

  void Submit(Batch batch, SubmitCallback done) override { queue_.Push(std::move(batch), std::move(done)); }
  void Flush() override { queue_.Flush(); }
  absl::Status CheckWritable(const Lease& lease) override {
    absl::Status status;
    queue_.Run([&] { status = writer_->Probe(lease); });
    return status;
  }
  absl::Status Backup(const std::string& path) override { return BackupDatabase(*readers_, path); }

  absl::StatusOr<int64_t> EndedEventBytes() override {
    return readers_->Run([](Connection& connection) { return connection.QueryInt(sql::kEndedEventBytes); });
  }
  absl::StatusOr<DroppedEvents> DropEvents(const Lease& lease, WallMicros ended_before, int64_t enough_bytes) override {
    absl::StatusOr<DroppedEvents> dropped = absl::UnknownError("");
    queue_.Run([&] {
      dropped = writer_->DropEvents(lease, ended_before, enough_bytes);
      writer_->Upkeep();
    });
    return dropped;
  }

  absl::StatusOr<provision::v1::Job> GetJob(const JobId& id, JobDetail detail) override {
    return readers_->Run([&](Connection& connection) { return reads::GetJob(connection, id, detail); });
  }
  absl::StatusOr<Page<provision::v1::Job>> ListJobs(const JobFilter& filter, const std::string& after,
                                                    int limit) override {
    return readers_->Run([&](Connection& connection) { return reads::ListJobs(connection, filter, after, limit); });
  }
  absl::StatusOr<EventPage> ReadEvents(const JobId& id, int64_t after_seq, int limit) override {
    return readers_->Run([&](Connection& connection) { return reads::ReadEvents(connection, id, after_seq, limit); });
  }
  absl::StatusOr<std::optional<RequestRecord>> FindRequest(const std::string& request_id) override {
    return readers_->Run([&](Connection& connection) { return reads::FindRequest(connection, request_id); });
  }
  absl::StatusOr<Page<UnfinishedJob>> ListUnfinished(const std::string& after, int limit) override {
    return readers_->Run([&](Connection& connection) { return reads::ListUnfinished(connection, after, limit); });
  }
  absl::StatusOr<std::string> GetPrivate(const JobId& id, const std::string& key) override {
    return readers_->Run([&](Connection& connection) { return reads::GetPrivate(connection, id, key); });
  }
  absl::StatusOr<int64_t> MaxAdmission() override {
    return readers_->Run([&](Connection& connection) { return reads::MaxAdmission(connection); });
  }
  absl::StatusOr<provision::v1::Resource> GetResource(const ResourceId& id) override {
    return readers_->Run([&](Connection& connection) { return reads::GetResource(connection, id); });
  }
  absl::StatusOr<Page<provision::v1::Resource>> ListResources(
      const std::vector<std::pair<std::string, std::string>>& labels, const std::string& after, int limit) override {
    return readers_->Run(
        [&](Connection& connection) { return reads::ListResources(connection, labels, after, limit); });
  }
  absl::StatusOr<std::optional<provision::v1::Resource>> FindResourceByAddress(const std::string& address) override {
    return readers_->Run([&](Connection& connection) { return reads::FindResourceByAddress(connection, address); });
  }
  absl::StatusOr<provision::v1::Environment> GetEnvironment(const EnvironmentId& id) override {
    return readers_->Run([&](Connection& connection) { return reads::GetEnvironment(connection, id); });
  }
  absl::StatusOr<Page<provision::v1::Environment>> ListEnvironments(const std::string& after, int limit) override {
    return readers_->Run([&](Connection& connection) { return reads::ListEnvironments(connection, after, limit); });
  }

 private:
  // Destroyed from the last to the first: the queue answers what waits, the writer checkpoints, the lock goes last.
  std::unique_ptr<DataFolder> folder_;
  std::unique_ptr<Damage> damage_;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<Writer> writer_;    // used by the queue's thread only
  std::unique_ptr<PageCheck> check_;  // null: not needed
  CommitQueue queue_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const SqliteOptions& options, Random& random) {
  PE_ASSIGN_OR_RETURN(std::unique_ptr<DataFolder> folder, DataFolder::Open(options.folder));
  PE_RETURN_IF_ERROR(NoRestoreInterrupted(options.folder));
  const bool noted = DamageWasNoted(options.folder);
  const bool unclean = SizeOf(folder->database() + "-wal") > 0;  // an orderly end leaves an empty log
  const bool first = noted || SizeOf(folder->database()) <= options.check_first_bytes;
  auto damage = std::make_unique<Damage>(options.folder, options.on_damage);
  auto readers = std::make_unique<ReaderPool>(folder->database(), options.vfs, options.readers, damage.get());
  WriterOptions writer_options{.database = folder->database(),
                               .vfs = options.vfs,
                               .checkpoint_pages = options.checkpoint_pages,
                               .check = noted || (unclean && first)};
  absl::StatusOr<std::unique_ptr<Writer>> writer =
      Writer::Open(std::move(writer_options), readers.get(), damage.get(), random);
  if (IsCorruption(writer.status())) return DamagedDatabase(options.folder, writer.status().message());
  if (!writer.ok()) return Annotate(writer.status(), folder->database());
  if (noted) ForgetDamage(options.folder);
  std::unique_ptr<PageCheck> check;
  if (unclean && !first) check = std::make_unique<PageCheck>(folder->database(), options.vfs, damage.get());
  return std::make_unique<SqliteStore>(std::move(folder), std::move(damage), std::move(readers), *std::move(writer),
                                       std::move(check));
}

}  // namespace pe
