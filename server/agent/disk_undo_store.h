// What one step replaced, in its run's undo folder: records in order, contents by digest, all durable when a call
// returns. Thread-compatible; several steps of a run may work in the same folder at once.
#ifndef SERVER_AGENT_DISK_UNDO_STORE_H_
#define SERVER_AGENT_DISK_UNDO_STORE_H_

#include <string>
#include <vector>

#include "server/agent/run_store.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

class DiskUndoStore final : public UndoStore, public UndoSource {
 public:
  // `files` outlives it. `body`: written before the first record.
  DiskUndoStore(FileSystem& files, std::string folder, int index, provision::v1::StepBody body = {});

  absl::Status Record(absl::string_view record) override;
  absl::StatusOr<std::string> KeepContent(absl::string_view content) override;
  // DATA_LOSS when what is kept is not what was given.
  absl::StatusOr<std::string> GetContent(const std::string& digest) override;

  absl::StatusOr<Kept> Load() override;
  absl::Status MarkUndone() override;
  UndoStore& contents() override { return *this; }

 private:
  FileSystem& files_;
  const std::string folder_;
  const std::string records_path_;
  const provision::v1::StepBody body_;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_DISK_UNDO_STORE_H_
