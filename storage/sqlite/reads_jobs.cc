#include <cstdint>
#include <limits>

#include "base/status.h"
#include "storage/commit/job_parts.h"
#include "storage/commit/read_limits.h"
#include "storage/sqlite/parse.h"
#include "storage/sqlite/reads.h"
#include "storage/sqlite/sql.h"
#include "storage/sqlite/writer_view.h"

namespace pe::reads {
namespace {

absl::Status AddSpec(Connection& connection, int64_t key, provision::v1::Job& job) {
  Statement get = connection.Use(sql::kGetSpec);
  PE_ASSIGN_OR_RETURN(const bool row, get.Bind(key).Step());
  return row ? MergeBytes(get.Bytes(0), job) : absl::OkStatus();
}

absl::Status AddTargets(Connection& connection, int64_t key, bool with_steps, provision::v1::Job& job) {
  Statement get = connection.Use(with_steps ? sql::kGetTargets : sql::kGetTargetHeads);
  get.Bind(key);
  while (true) {
    PE_ASSIGN_OR_RETURN(const bool row, get.Step());
    if (!row) return absl::OkStatus();
    provision::v1::Target* target = job.add_targets();
    PE_RETURN_IF_ERROR(MergeBytes(get.Bytes(0), *target));
    if (with_steps) PE_RETURN_IF_ERROR(MergeBytes(get.Bytes(1), *target));
  }
}

absl::Status AddDetail(Connection& connection, int64_t key, JobDetail detail, provision::v1::Job& job) {
  if (detail == JobDetail::kSummary) return absl::OkStatus();
  if (detail == JobDetail::kFull) PE_RETURN_IF_ERROR(AddSpec(connection, key, job));
  return AddTargets(connection, key, detail == JobDetail::kFull, job);
}

absl::Status AddPrivate(Connection& connection, int64_t key, std::vector<PrivateRow>& out) {
  Statement get = connection.Use(sql::kGetAllPrivate);
  get.Bind(key);
  while (true) {
    PE_ASSIGN_OR_RETURN(const bool row, get.Step());
    if (!row) return absl::OkStatus();
    out.push_back({std::string(get.Bytes(0)), std::string(get.Bytes(1))});
  }
}

// The filter that leads is the one that is likely to leave least: one host, one unfinished state, one service.
const char* Lead(const JobFilter& filter) {
  if (!filter.resource.empty()) return sql::kListByResource;
  if (filter.state.has_value() && *filter.state < provision::v1::Job::SUCCEEDED) return sql::kListByState;
  if (!filter.service.empty()) return sql::kListByService;
  if (filter.state.has_value()) return sql::kListByState;
  if (!filter.environment.empty()) return sql::kListByEnvironment;
  return sql::kListJobs;
}

void BindLead(const char* lead, const JobFilter& filter, Statement& list) {
  if (lead == sql::kListByResource) list.Bind(filter.resource);
  if (lead == sql::kListByState) list.Bind(static_cast<int64_t>(*filter.state));
  if (lead == sql::kListByService) list.Bind(filter.service);
  if (lead == sql::kListByEnvironment) list.Bind(filter.environment);
}

bool Matches(const Statement& row, const JobFilter& filter) {
  return (!filter.state.has_value() || row.Int(1) == *filter.state) &&
         (filter.environment.empty() || row.Bytes(2) == filter.environment) &&
         (filter.service.empty() || row.Bytes(3) == filter.service);
}

}  // namespace

absl::StatusOr<provision::v1::Job> GetJob(Connection& connection, const JobId& id, JobDetail detail) {
  provision::v1::Job job;
  int64_t key = 0;
  {
    Statement get = connection.Use(sql::kGetJob);
    PE_ASSIGN_OR_RETURN(const bool row, get.Bind(id.str()).Step());
    if (!row) return NoJob(id);
    key = get.Int(0);
    PE_RETURN_IF_ERROR(MergeBytes(get.Bytes(1), job));
  }
  PE_RETURN_IF_ERROR(AddDetail(connection, key, detail, job));
  return job;
}

absl::StatusOr<Page<provision::v1::Job>> ListJobs(Connection& connection, const JobFilter& filter,
                                                  const std::string& after, int limit) {
  PE_ASSIGN_OR_RETURN(const int64_t below, ParseJobCursor(after, std::numeric_limits<int64_t>::max()));
  Page<provision::v1::Job> page;
  int64_t last = 0;
  const char* lead = Lead(filter);
  Statement list = connection.Use(lead);
  BindLead(lead, filter, list);
  list.Bind(below);
  for (int64_t looked_at = 0;; ++looked_at) {
    PE_ASSIGN_OR_RETURN(const bool row, list.Step());
    if (!row) return page;
    if (page.items.size() == PageLimit(limit) || looked_at == kMaxScan) break;
    last = list.Int(0);
    if (Matches(list, filter)) PE_RETURN_IF_ERROR(MergeBytes(list.Bytes(4), page.items.emplace_back()));
  }
  page.next = JobCursor(last);
  return page;
}

absl::StatusOr<Page<UnfinishedJob>> ListUnfinished(Connection& connection, const std::string& after, int limit) {
  int64_t above = 0;
  if (!after.empty()) {
    Statement get = connection.Use(sql::kGetKey);
    PE_ASSIGN_OR_RETURN(const bool row, get.Bind(after).Step());
    if (!row) return BadUnfinishedCursor(after);
    above = get.Int(0);
  }
  Page<UnfinishedJob> page;
  std::string last;
  Statement list = connection.Use(sql::kListUnfinished);
  list.Bind(above).Bind(static_cast<int64_t>(PageLimit(limit)) + 1);
  while (true) {
    PE_ASSIGN_OR_RETURN(const bool row, list.Step());
    if (!row) return page;
    if (page.items.size() == PageLimit(limit)) break;
    UnfinishedJob& item = page.items.emplace_back();
    PE_RETURN_IF_ERROR(MergeBytes(list.Bytes(2), item.job));
    PE_RETURN_IF_ERROR(AddDetail(connection, list.Int(0), JobDetail::kFull, item.job));
    PE_RETURN_IF_ERROR(AddPrivate(connection, list.Int(0), item.private_rows));
    last = std::string(list.Bytes(1));
  }
  page.next = last;
  return page;
}

absl::StatusOr<std::optional<Store::RequestRecord>> FindRequest(Connection& connection, const std::string& request_id) {
  return WriterView(&connection).FindRequest(request_id);
}

absl::StatusOr<std::string> GetPrivate(Connection& connection, const JobId& id, const std::string& key) {
  Statement get = connection.Use(sql::kGetPrivate);
  PE_ASSIGN_OR_RETURN(const bool row, get.Bind(id.str()).Bind(key).Step());
  if (!row) return NoPrivate(id, key);
  return std::string(get.Bytes(0));
}

absl::StatusOr<int64_t> MaxAdmission(Connection& connection) { return connection.QueryInt(sql::kGetMaxAdmission); }

}  // namespace pe::reads
