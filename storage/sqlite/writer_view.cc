#include "storage/sqlite/writer_view.h"

#include "base/status.h"
#include "storage/sqlite/sql.h"

namespace pe {

absl::StatusOr<std::optional<JobHead>> WriterView::FindJob(const JobId& id) {
  Statement find = connection_->Use(sql::kFindJob);
  PE_ASSIGN_OR_RETURN(const bool row, find.Bind(id.str()).Step());
  if (!row) return std::optional<JobHead>();
  return std::make_optional(JobHead{.key = find.Int(0),
                                    .last_seq = find.Int(1),
                                    .state = static_cast<provision::v1::Job::State>(find.Int(2)),
                                    .terminal = find.Int(3) != 0});
}

absl::StatusOr<std::optional<Store::RequestRecord>> WriterView::FindRequest(const std::string& request_id) {
  Statement find = connection_->Use(sql::kFindRequest);
  PE_ASSIGN_OR_RETURN(const bool row, find.Bind(request_id).Step());
  if (!row) return std::optional<Store::RequestRecord>();
  return std::make_optional(Store::RequestRecord{JobId(std::string(find.Bytes(0))), std::string(find.Bytes(1))});
}

absl::StatusOr<std::optional<ResourceHead>> WriterView::FindResource(const std::string& id) {
  Statement find = connection_->Use(sql::kFindResource);
  PE_ASSIGN_OR_RETURN(const bool row, find.Bind(id).Step());
  if (!row) return std::optional<ResourceHead>();
  return std::make_optional(ResourceHead{std::string(find.Bytes(0)), std::string(find.Bytes(1))});
}

absl::StatusOr<std::optional<std::string>> WriterView::FindAddress(const std::string& address) {
  Statement find = connection_->Use(sql::kFindAddress);
  PE_ASSIGN_OR_RETURN(const bool row, find.Bind(address).Step());
  if (!row) return std::optional<std::string>();
  return std::make_optional(std::string(find.Bytes(0)));
}

absl::StatusOr<std::optional<std::string>> WriterView::FindEnvironment(const std::string& id) {
  Statement find = connection_->Use(sql::kFindEnvironment);
  PE_ASSIGN_OR_RETURN(const bool row, find.Bind(id).Step());
  if (!row) return std::optional<std::string>();
  return std::make_optional(std::string(find.Bytes(0)));
}

absl::StatusOr<int64_t> WriterView::MaxJobKey() { return connection_->QueryInt(sql::kMaxJobKey); }

}  // namespace pe
