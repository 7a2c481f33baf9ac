#include "storage/sqlite/reader_pool.h"

#include <utility>

#include "storage/sqlite/sql.h"

namespace pe {

void ReaderPool::Open() {
  MutexLock lock(&mu_);
  open_ = true;
}

void ReaderPool::Close() {
  MutexLock lock(&mu_);
  open_ = false;
  changed_.SignalAll();
  while (lent_ > 0) changed_.Wait(&mu_);
  idle_.clear();
}

absl::Status ReaderPool::Begin(Connection& connection) { return connection.Use(sql::kBegin).Run(); }

void ReaderPool::End(Connection& connection) {
  // A read has nothing to lose: when COMMIT fails, ROLLBACK ends the transaction too.
  if (!connection.Use(sql::kCommit).Run().ok()) connection.Use(sql::kRollback).Run().IgnoreError();
}

absl::StatusOr<std::unique_ptr<Connection>> ReaderPool::Borrow() {
  if (damage_->any()) return damage_->status();
  {
    MutexLock lock(&mu_);
    while (open_ && idle_.empty() && lent_ >= size_) changed_.Wait(&mu_);
    if (!open_) return absl::UnavailableError("the database is being recovered after an I/O error; try again");
    ++lent_;
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connect();
  if (connection.ok()) return connection;
  Return(nullptr);
  return damage_->Look(connection.status());
}

absl::StatusOr<std::unique_ptr<Connection>> ReaderPool::Connect() const {
  PE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(database_, SQLITE_OPEN_READWRITE, vfs_));
  sqlite3_busy_timeout(connection->handle(), 5'000);
  // The last connection to close would checkpoint; only the writer may.
  sqlite3_db_config(connection->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  PE_RETURN_IF_ERROR(connection->Execute(sql::kReaderPragmas));
  return connection;
}

void ReaderPool::Return(std::unique_ptr<Connection> connection) {
  MutexLock lock(&mu_);
  --lent_;
  if (connection != nullptr) idle_.push_back(std::move(connection));
  changed_.SignalAll();
}

}  // namespace pe
