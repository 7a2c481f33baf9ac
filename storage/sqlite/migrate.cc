#include "storage/sqlite/migrate.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/sqlite/migrations.h"
#include "storage/sqlite/sql.h"

namespace pe {
namespace {

absl::Status CheckOurs(Connection& connection) {
  PE_ASSIGN_OR_RETURN(const int64_t id, connection.QueryInt(sql::kGetApplicationId));
  if (id == sql::kApplicationId) return absl::OkStatus();
  PE_ASSIGN_OR_RETURN(const int64_t tables, connection.QueryInt(sql::kCountTables));
  if (id == 0 && tables == 0) return connection.Execute(sql::kSetApplicationId);
  return absl::FailedPreconditionError("the file is a database of another program; use another data folder");
}

absl::Status ApplyOne(Connection& connection, const char* text, int64_t version) {
  PE_RETURN_IF_ERROR(connection.Execute(sql::kBeginImmediate));
  absl::Status status = connection.Execute(text);
  // A pragma takes no parameters, and this number is ours.
  if (status.ok()) status = connection.Execute(absl::StrCat("PRAGMA user_version = ", version).c_str());
  if (status.ok()) status = connection.Execute(sql::kCommit);
  if (!status.ok()) connection.Execute(sql::kRollback).IgnoreError();
  return Annotate(status, absl::StrCat("migration ", version));
}

}  // namespace

absl::Status Migrate(Connection& connection) {
  PE_RETURN_IF_ERROR(CheckOurs(connection));
  PE_ASSIGN_OR_RETURN(int64_t version, connection.QueryInt(sql::kGetVersion));
  const int64_t known = static_cast<int64_t>(Migrations().size());
  if (version > known) {
    return absl::FailedPreconditionError(absl::StrCat("the database was made by a newer release (schema ", version,
                                                      ", this one knows ", known,
                                                      "): run that release, or restore a backup made before it"));
  }
  for (; version < known; ++version) PE_RETURN_IF_ERROR(ApplyOne(connection, Migrations()[version], version + 1));
  return absl::OkStatus();
}

}  // namespace pe
