// WriterView: what is stored, as the writing connection sees it inside its transaction.
#ifndef STORAGE_SQLITE_WRITER_VIEW_H_
#define STORAGE_SQLITE_WRITER_VIEW_H_

#include <optional>
#include <string>

#include "storage/commit/stored_view.h"
#include "storage/sqlite/connection.h"

namespace pe {

class WriterView final : public StoredView {
 public:
  // `connection` outlives the view.
  explicit WriterView(Connection* connection) : connection_(connection) {}

  absl::StatusOr<std::optional<JobHead>> FindJob(const JobId& id) override;
  absl::StatusOr<std::optional<Store::RequestRecord>> FindRequest(const std::string& request_id) override;
  absl::StatusOr<std::optional<ResourceHead>> FindResource(const std::string& id) override;
  absl::StatusOr<std::optional<std::string>> FindAddress(const std::string& address) override;
  absl::StatusOr<std::optional<std::string>> FindEnvironment(const std::string& id) override;
  absl::StatusOr<int64_t> MaxJobKey() override;

 private:
  Connection* const connection_;
};

}  // namespace pe

#endif  // STORAGE_SQLITE_WRITER_VIEW_H_
