// Connection and Statement: SQLite's C API as statuses. A statement is prepared once per connection and borrowed.
//
//   Statement find = connection.Use(sql::kFindJob);
//   find.Bind(id);
//   PE_ASSIGN_OR_RETURN(bool row, find.Step());
//
// Errors: RESOURCE_EXHAUSTED (SQLITE_FULL), DATA_LOSS (corrupt, not a database), UNAVAILABLE (I/O, busy), else
// INTERNAL.
// Thread rule: one thread at a time uses a Connection and its statements.
#ifndef STORAGE_SQLITE_CONNECTION_H_
#define STORAGE_SQLITE_CONNECTION_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe {

// A prepared statement, reset when it goes out of scope. Only one borrower at a time. Texts and blobs that are bound
// must live until then. A failed Prepare or Bind is reported by Step or Run.
class Statement {
 public:
  Statement(sqlite3* db, sqlite3_stmt* statement, int rc) : db_(db), statement_(statement), rc_(rc) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Bind the next parameter.
  Statement& Bind(int64_t value);
  Statement& Bind(absl::string_view text);
  Statement& BindBlob(absl::string_view bytes);
  Statement& BindNull();

  // True: a row is there. False: the end.
  absl::StatusOr<bool> Step();
  // For a statement without rows; may be used again with new values.
  absl::Status Run();

  int64_t Int(int column) const { return sqlite3_column_int64(statement_, column); }
  // Valid until the next Step.
  absl::string_view Bytes(int column) const;

 private:
  sqlite3* const db_;
  sqlite3_stmt* const statement_;
  int rc_;
  int next_parameter_ = 1;
};

class Connection {
 public:
  // `flags`: SQLITE_OPEN_...; `vfs` empty: the default one.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, int flags, const std::string& vfs);
  ~Connection();

  // `sql` is one of the constants of sql.h: statements are kept by its address.
  Statement Use(const char* sql);
  // Several statements without parameters: pragmas and migrations.
  absl::Status Execute(const char* sql);
  absl::StatusOr<int64_t> QueryInt(const char* sql);

  sqlite3* handle() { return db_; }

 private:
  explicit Connection(sqlite3* db) : db_(db) {}

  sqlite3* const db_;
  absl::flat_hash_map<const char*, sqlite3_stmt*> statements_;
};

// The status of an error code of `db` (which may be null).
absl::Status SqliteError(sqlite3* db, int rc);
// DATA_LOSS: the file is not a sound database. Marked, so that it is told from bytes of ours that cannot be parsed.
absl::Status CorruptionError(absl::string_view text);
bool IsCorruption(const absl::Status& error);

}  // namespace pe

#endif  // STORAGE_SQLITE_CONNECTION_H_
