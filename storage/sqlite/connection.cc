#include "storage/sqlite/connection.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace pe {

namespace {

constexpr char kCorruptionPayload[] = "pe/corruption";

}  // namespace

absl::Status CorruptionError(absl::string_view text) {
  absl::Status status = absl::DataLossError(text);
  status.SetPayload(kCorruptionPayload, absl::Cord());
  return status;
}

bool IsCorruption(const absl::Status& error) { return error.GetPayload(kCorruptionPayload).has_value(); }

absl::Status SqliteError(sqlite3* db, int rc) {
  const std::string text = absl::StrCat("database: ", db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(rc),
                                        " (SQLite code ", db != nullptr ? sqlite3_extended_errcode(db) : rc, ")");
  switch (rc & 0xff) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return CorruptionError(text);
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL:
      return absl::UnavailableError(text);
    default:
      return absl::InternalError(text);
  }
}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::Bind(int64_t value) {
  if (rc_ == SQLITE_OK) rc_ = sqlite3_bind_int64(statement_, next_parameter_++, value);
  return *this;
}

Statement& Statement::Bind(absl::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();
  if (rc_ == SQLITE_OK)
    rc_ = sqlite3_bind_text64(statement_, next_parameter_++, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::BindBlob(absl::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();  // a null pointer would bind NULL
  if (rc_ == SQLITE_OK) rc_ = sqlite3_bind_blob64(statement_, next_parameter_++, data, bytes.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::BindNull() {
  if (rc_ == SQLITE_OK) rc_ = sqlite3_bind_null(statement_, next_parameter_++);
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  if (rc_ == SQLITE_OK) {
    const int rc = sqlite3_step(statement_);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE) return rc == SQLITE_ROW;
    rc_ = rc;
  }
  return SqliteError(db_, rc_);
}

absl::Status Statement::Run() {
  const absl::Status status = Step().status();
  sqlite3_reset(statement_);
  next_parameter_ = 1;
  return status;
}

absl::string_view Statement::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  return {static_cast<const char*>(data), static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path, int flags,
                                                             const std::string& vfs) {
  sqlite3* db = nullptr;
  const int rc = sqlite3_open_v2(path.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                 vfs.empty() ? nullptr : vfs.c_str());
  std::unique_ptr<Connection> out(new Connection(db));
  if (rc != SQLITE_OK) return Annotate(SqliteError(db, rc), path);
  return out;
}

Connection::~Connection() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Statement Connection::Use(const char* sql) {
  auto [it, added] = statements_.try_emplace(sql, nullptr);
  int rc = SQLITE_OK;
  if (it->second == nullptr) rc = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &it->second, nullptr);
  return Statement(db_, it->second, rc);
}

absl::Status Connection::Execute(const char* sql) {
  const int rc = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  return rc == SQLITE_OK ? absl::OkStatus() : SqliteError(db_, rc);
}

absl::StatusOr<int64_t> Connection::QueryInt(const char* sql) {
  Statement statement = Use(sql);
  PE_ASSIGN_OR_RETURN(bool row, statement.Step());
  if (!row) return absl::DataLossError(absl::StrCat("database: no row for: ", sql));
  return statement.Int(0);
}

}  // namespace pe
