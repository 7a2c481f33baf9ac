// StepType: what every kind of step implements. Stateless: one object a kind serves all its steps.
//
// Observe says whether the host is already right and, if not, why and what would change; it changes nothing.
// Apply brings it about. The runner observes again after Apply, and a step that is still not right has failed.
// Undo is compare-and-swap: it restores only what still equals what Apply left, else FAILED_PRECONDITION.
// Thread rule: methods block their caller (an executor thread) and look at context.cancel while they wait.
#ifndef SERVER_AGENT_STEPS_STEP_H_
#define SERVER_AGENT_STEPS_STEP_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "provision/v1/step.pb.h"
#include "server/agent/system/file_system.h"
#include "server/agent/system/process.h"
#include "server/agent/system/unit_source.h"

namespace pe::agent {

// Where a running step reports to. Thread-safe; values of secrets are removed behind it.
class StepReporter {
 public:
  virtual ~StepReporter() = default;
  virtual void Output(int stream, absl::string_view bytes) = 0;
  virtual void Progress(int64_t current, int64_t total, absl::string_view unit, absl::string_view message) = 0;
  virtual void Waiting(absl::string_view reason) = 0;  // named, with the holder; "" when the wait is over
  virtual void Warn(absl::string_view code, absl::string_view message) = 0;
};

// Where a step keeps what it replaces, root-only, durable when Record returns.
class UndoStore {
 public:
  virtual ~UndoStore() = default;
  // Called before the thing is replaced. `record` is the step type's own serialised text.
  virtual absl::Status Record(absl::string_view record) = 0;
  // Keeps `content` under its digest, which is returned; for use inside records.
  virtual absl::StatusOr<std::string> KeepContent(absl::string_view content) = 0;
  virtual absl::StatusOr<std::string> GetContent(const std::string& digest) = 0;
};

// Blobs that the engine has sent (Download).
class BlobSource {
 public:
  virtual ~BlobSource() = default;
  virtual absl::StatusOr<std::string> Read(const std::string& digest) = 0;
};

struct StepContext {
  FileSystem& files;
  ProcessRunner& processes;
  const Clock& clock;
  StepReporter& reporter;
  UndoStore& undo;
  BlobSource& blobs;
  const CancelToken& cancel;
  UnitSource* units = nullptr;  // null: ask systemctl
  std::string boot;             // which boot of the host this is
  std::string begun_in;       // the boot in which an earlier life of the agent began to apply the step; empty: none did
  bool has_init = true;       // systemd runs as the host's init; without it units are only enabled
  bool observe_only = false;  // mode PLAN
  bool again = false;         // done once more because what it made live has been restored
  bool secret = false;        // the body holds secrets: diffs say "content differs (secret)" and no more
  std::string traceparent;    // W3C trace context of the job, for commands; empty: none
};

// What Observe found.
struct Observation {
  bool right = false;    // nothing to do
  bool unknown = false;  // cannot be known before it is applied (an exec without a guard); `right` is false then
  std::string
      summary;       // one sentence: "nginx-light 1.22.1-9 is installed", "content differs, mode 0600 instead of 0644"
  std::string diff;  // unified-diff text, bounded to 64 KiB by the runner
  std::map<std::string, std::string> values;  // "version", "previous_version" ...
};

// What Apply did.
struct Applied {
  bool changed = true;  // an exec may say false
  std::string message;  // one sentence
  std::optional<int> exit_code;
  std::map<std::string, std::string> values;
};

// A failure carries its machine-readable code, its exit code and a hint as payloads of the status.
absl::Status StepError(absl::StatusCode code, absl::string_view error_code, absl::string_view message,
                       absl::string_view hint = "", std::optional<int> exit_code = std::nullopt);
struct StepErrorDetails {
  std::string error_code;  // "STEP_FAILED" when the status has none
  std::string hint;
  std::optional<int> exit_code;
};
StepErrorDetails DetailsOf(const absl::Status& status);

class StepType {
 public:
  virtual ~StepType() = default;
  virtual absl::StatusOr<Observation> Observe(const provision::v1::StepBody& body, StepContext& context) const = 0;
  virtual absl::StatusOr<Applied> Apply(const provision::v1::StepBody& body, const Observation& observed,
                                        StepContext& context) const = 0;
  // `record`: what Apply gave to UndoStore::Record, newest first. UNIMPLEMENTED when the type cannot be undone.
  virtual absl::Status Undo(const provision::v1::StepBody& body, absl::string_view record,
                            StepContext& context) const = 0;
  // Observe after Apply must find it right. False for exec without a guard, restarts and the like.
  virtual bool ObservableAfter(const provision::v1::StepBody& body) const {
    (void)body;
    return true;
  }
  // Apply ends this boot of the host: that it was begun must be known in the next.
  virtual bool EndsBoot() const { return false; }
  // After a crash in Apply, may it simply be observed and run again?
  virtual bool Idempotent(const provision::v1::StepBody& body) const {
    (void)body;
    return true;
  }
};

// The type of a body's kind; null when this agent does not know it. The table is in steps/table.cc: a row a kind.
const StepType* FindStepType(const provision::v1::StepBody& body);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_STEP_H_
