#include "storage/sqlite/sqlite_store.h"

#include <utility>
#include <vector>

#include "base/status.h"
#include "storage/commit/commit_queue.h"
#include "storage/sqlite/backup.h"
#include "storage/sqlite/data_folder.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/reads.h"
#include "storage/sqlite/writer.h"

namespace pe {
namespace {

class SqliteStore final : public Store {
 public:
  SqliteStore(std::unique_ptr<DataFolder> folder, std::unique_ptr<ReaderPool> readers, std::unique_ptr<Writer> writer)
      : folder_(std::move(folder)),
        readers_(std::move(readers)),
        writer_(std::move(writer)),
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
  absl::Status Backup(const std::string& path) override { return BackupDatabase(*readers_, path); }

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

 private:
  // Destroyed from the last to the first: the queue answers what waits, the writer checkpoints, the lock goes last.
  std::unique_ptr<DataFolder> folder_;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<Writer> writer_;  // used by the queue's thread only
  CommitQueue queue_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const SqliteOptions& options, Random& random) {
  PE_ASSIGN_OR_RETURN(std::unique_ptr<DataFolder> folder, DataFolder::Open(options.folder));
  auto readers = std::make_unique<ReaderPool>(folder->database(), options.vfs, options.readers);
  WriterOptions writer_options{folder->database(), options.vfs, options.checkpoint_pages};
  absl::StatusOr<std::unique_ptr<Writer>> writer = Writer::Open(std::move(writer_options), readers.get(), random);
  if (!writer.ok()) return Annotate(writer.status(), folder->database());
  return std::make_unique<SqliteStore>(std::move(folder), std::move(readers), *std::move(writer));
}

}  // namespace pe
