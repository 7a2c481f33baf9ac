#include "base/status.h"
#include "storage/commit/read_limits.h"
#include "storage/sqlite/parse.h"
#include "storage/sqlite/reads.h"
#include "storage/sqlite/sql.h"

namespace pe::reads {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Whether `resource` has all labels but the first, which chose it.
absl::StatusOr<bool> HasOtherLabels(Connection& connection, const Labels& labels, absl::string_view resource) {
  for (size_t i = 1; i < labels.size(); ++i) {
    Statement has = connection.Use(sql::kHasLabel);
    PE_ASSIGN_OR_RETURN(const bool row, has.Bind(labels[i].first).Bind(labels[i].second).Bind(resource).Step());
    if (!row) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<provision::v1::Resource> GetResource(Connection& connection, const ResourceId& id) {
  Statement get = connection.Use(sql::kGetResource);
  PE_ASSIGN_OR_RETURN(const bool row, get.Bind(id.str()).Step());
  if (!row) return NoResource(id);
  provision::v1::Resource resource;
  PE_RETURN_IF_ERROR(MergeBytes(get.Bytes(0), resource));
  return resource;
}

absl::StatusOr<Page<provision::v1::Resource>> ListResources(Connection& connection, const Labels& labels,
                                                            const std::string& after, int limit) {
  Statement list = connection.Use(labels.empty() ? sql::kListResources : sql::kListByLabel);
  if (!labels.empty()) list.Bind(labels[0].first).Bind(labels[0].second);
  list.Bind(after);
  Page<provision::v1::Resource> page;
  std::string last;
  for (int64_t looked_at = 0;; ++looked_at) {
    PE_ASSIGN_OR_RETURN(const bool row, list.Step());
    if (!row) return page;
    if (page.items.size() == PageLimit(limit) || looked_at == kMaxScan) break;
    last = std::string(list.Bytes(0));
    PE_ASSIGN_OR_RETURN(const bool matches, HasOtherLabels(connection, labels, last));
    if (matches) PE_RETURN_IF_ERROR(MergeBytes(list.Bytes(1), page.items.emplace_back()));
  }
  page.next = last;
  return page;
}

absl::StatusOr<std::optional<provision::v1::Resource>> FindResourceByAddress(Connection& connection,
                                                                             const std::string& address) {
  Statement get = connection.Use(sql::kGetResourceByAddress);
  PE_ASSIGN_OR_RETURN(const bool row, get.Bind(address).Step());
  if (!row) return std::optional<provision::v1::Resource>();
  provision::v1::Resource resource;
  PE_RETURN_IF_ERROR(MergeBytes(get.Bytes(0), resource));
  return std::make_optional(std::move(resource));
}

}  // namespace pe::reads
