// The queries of the SQLite store. Each runs inside one read transaction that its caller opened, reads at most a page,
// and has the meaning and the errors of the method of Store with its name.
#ifndef STORAGE_SQLITE_READS_H_
#define STORAGE_SQLITE_READS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/sqlite/connection.h"
#include "storage/store.h"

namespace pe::reads {

// ---- reads_jobs.cc
absl::StatusOr<provision::v1::Job> GetJob(Connection& connection, const JobId& id, JobDetail detail);
absl::StatusOr<Page<provision::v1::Job>> ListJobs(Connection& connection, const JobFilter& filter,
                                                  const std::string& after, int limit);
absl::StatusOr<Page<UnfinishedJob>> ListUnfinished(Connection& connection, const std::string& after, int limit);
absl::StatusOr<std::optional<Store::RequestRecord>> FindRequest(Connection& connection, const std::string& request_id);
absl::StatusOr<std::string> GetPrivate(Connection& connection, const JobId& id, const std::string& key);
absl::StatusOr<int64_t> MaxAdmission(Connection& connection);

// ---- reads_events.cc
absl::StatusOr<EventPage> ReadEvents(Connection& connection, const JobId& id, int64_t after_seq, int limit);

// ---- reads_resources.cc
absl::StatusOr<provision::v1::Resource> GetResource(Connection& connection, const ResourceId& id);
absl::StatusOr<Page<provision::v1::Resource>> ListResources(
    Connection& connection, const std::vector<std::pair<std::string, std::string>>& labels, const std::string& after,
    int limit);
absl::StatusOr<std::optional<provision::v1::Resource>> FindResourceByAddress(Connection& connection,
                                                                             const std::string& address);

// ---- reads_environments.cc
absl::StatusOr<provision::v1::Environment> GetEnvironment(Connection& connection, const EnvironmentId& id);
absl::StatusOr<Page<provision::v1::Environment>> ListEnvironments(Connection& connection, const std::string& after,
                                                                  int limit);

}  // namespace pe::reads

#endif  // STORAGE_SQLITE_READS_H_
