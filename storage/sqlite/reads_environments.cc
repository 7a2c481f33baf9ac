#include "base/status.h"
#include "storage/commit/read_limits.h"
#include "storage/sqlite/parse.h"
#include "storage/sqlite/reads.h"
#include "storage/sqlite/sql.h"

namespace pe::reads {

absl::StatusOr<provision::v1::Environment> GetEnvironment(Connection& connection, const EnvironmentId& id) {
  Statement get = connection.Use(sql::kGetEnvironment);
  PE_ASSIGN_OR_RETURN(const bool row, get.Bind(id.str()).Step());
  if (!row) return NoEnvironment(id);
  provision::v1::Environment environment;
  PE_RETURN_IF_ERROR(MergeBytes(get.Bytes(0), environment));
  return environment;
}

absl::StatusOr<Page<provision::v1::Environment>> ListEnvironments(Connection& connection, const std::string& after,
                                                                  int limit) {
  Statement list = connection.Use(sql::kListEnvironments);
  list.Bind(after);
  Page<provision::v1::Environment> page;
  std::string last;
  while (true) {
    PE_ASSIGN_OR_RETURN(const bool row, list.Step());
    if (!row) return page;
    if (page.items.size() == PageLimit(limit)) break;
    last = std::string(list.Bytes(0));
    PE_RETURN_IF_ERROR(MergeBytes(list.Bytes(1), page.items.emplace_back()));
  }
  page.next = last;
  return page;
}

}  // namespace pe::reads
