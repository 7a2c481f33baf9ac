// Journal: what one run has begun and ended, so that a crash leaves no doubt that could have been avoided.
//
// Every record reaches the kernel before its call returns, so that it survives the agent's death. Only an intent says
// whether it must also survive the host's: it must for a step that may not simply be run again, and for one that
// notifies handlers (else a power cut between effect and result would lose the notification). What is not synced is
// found again by observing. Thread-safe.
#ifndef SERVER_AGENT_JOURNAL_H_
#define SERVER_AGENT_JOURNAL_H_

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "provision/agent/v1/agent.pb.h"
#include "server/agent/journal_format.h"
#include "server/agent/run_store.h"

namespace pe::agent {

inline constexpr MonoMicros kConfirmed = 0;
inline constexpr MonoMicros kRestoring = -1;

class Journal {
 public:
  // A new run. `store` outlives it. `base_seq`: of the last report before the run's first.
  Journal(RunStore& store, std::string run, std::string plan, int64_t epoch, int64_t base_seq);
  // One that an earlier life of the agent has left.
  Journal(RunStore& store, StoredRun stored, int64_t epoch)
      : store_(store), epoch_(epoch), stored_(std::move(stored)), created_(true) {}

  // An error means that the step must not act.
  absl::Status Intent(int position, int attempt, absl::string_view boot, bool durable);
  absl::Status Result(int position, int attempt, int64_t seq, const provision::agent::v1::StepReport& report,
                      bool durable);
  // A guarded step waits until `deadline`; kConfirmed: no longer; kRestoring: it was not confirmed. Durable.
  absl::Status Guard(int position, int attempt, MonoMicros deadline, absl::string_view boot);
  absl::Status Cancel(bool force);
  absl::Status Done(int64_t seq, const provision::agent::v1::RunDone& done);

 private:
  absl::Status Add(const JournalRecord& record, bool durable);

  RunStore& store_;
  const int64_t epoch_;
  Mutex mu_;
  StoredRun stored_ ABSL_GUARDED_BY(mu_);               // until the file is open
  const bool created_;                                  // by an earlier life
  std::unique_ptr<RunFile> file_ ABSL_GUARDED_BY(mu_);  // null until the first record
  // After a failed write nothing later may be appended: it could follow half a record.
  absl::Status broken_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_JOURNAL_H_
