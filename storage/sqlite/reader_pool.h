// ReaderPool: the connections that read. Each is lent to one thread for one read transaction, which must be short: an
// open one keeps the write-ahead log from being reused. While the writer recovers, there are none and reads are
// UNAVAILABLE.
// Thread rule: thread-safe.
#ifndef STORAGE_SQLITE_READER_POOL_H_
#define STORAGE_SQLITE_READER_POOL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/status.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/damage.h"

namespace pe {

class ReaderPool {
 public:
  // `damage` outlives the pool. Once it has been noted, there are no reads.
  ReaderPool(std::string database, std::string vfs, int size, Damage* damage)
      : database_(std::move(database)), vfs_(std::move(vfs)), size_(size), damage_(damage) {}

  // Lets reads begin. REQUIRES: the writer has recovered the database.
  void Open();
  // Waits until every reader is back, and closes them all.
  void Close();

  // Runs `read` (Connection& -> StatusOr<T>) in a read transaction: one snapshot. Waits for a free reader.
  template <typename Read>
  auto Run(Read read) -> decltype(read(std::declval<Connection&>())) {
    PE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Borrow());
    auto result = InTransaction(*connection, read);
    Return(std::move(connection));
    if (!result.ok()) return damage_->Look(StatusOf(result));
    return result;
  }

 private:
  template <typename Read>
  static auto InTransaction(Connection& connection, Read& read) -> decltype(read(connection)) {
    PE_RETURN_IF_ERROR(Begin(connection));
    auto result = read(connection);
    End(connection);
    return result;
  }
  static const absl::Status& StatusOf(const absl::Status& status) { return status; }
  template <typename T>
  static const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
    return result.status();
  }
  static absl::Status Begin(Connection& connection);
  static void End(Connection& connection);

  absl::StatusOr<std::unique_ptr<Connection>> Borrow();
  absl::StatusOr<std::unique_ptr<Connection>> Connect() const;
  void Return(std::unique_ptr<Connection> connection);

  const std::string database_;
  const std::string vfs_;
  const int size_;
  Damage* const damage_;
  Mutex mu_;
  CondVar changed_;
  bool open_ ABSL_GUARDED_BY(mu_) = false;
  int lent_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pe

#endif  // STORAGE_SQLITE_READER_POOL_H_
