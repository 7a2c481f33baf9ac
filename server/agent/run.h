// Run: one plan being executed: the runner, its log, its journal and the attempts that are under way, tied together.
// Thread rule: everything is called from the agent's loop. Attempts run elsewhere; what they answer waits in an inbox
// until the next Tick.
#ifndef SERVER_AGENT_RUN_H_
#define SERVER_AGENT_RUN_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "server/agent/executor.h"
#include "server/agent/journal.h"
#include "server/agent/run_log.h"
#include "server/agent/runner.h"

namespace pe::agent {

inline constexpr int64_t kHoldDoneRunUs = 3600 * kMicrosPerSecond;

// What runs work with; everything outlives them.
struct RunHost {
  Executor& executor;
  RunStore& store;
  const Clock& clock;
  const StepType* (*find_type)(const provision::v1::StepBody& body) = nullptr;  // FindStepType
  std::function<void()> wake;  // from any thread: Tick has something to do
  std::string boot;            // which boot of the host this is
  BootGuard* boot_guard = nullptr;
};

class Run {
 public:
  // A new run. REQUIRES: CheckPlan(plan) is OK; `plan_bytes` is its serialised form. Reports follow `resume.after_seq`;
  // steps that `resume` says have ended are not run again.
  static std::unique_ptr<Run> New(provision::agent::v1::Plan plan, std::string plan_bytes, int64_t epoch,
                                  const provision::agent::v1::Resume& resume, const RunHost& host);
  // What an earlier life has left. It does nothing until Continue. DATA_LOSS when the journal makes no sense.
  static absl::StatusOr<std::unique_ptr<Run>> Recover(StoredRun stored, const RunHost& host);

  void Start(MonoMicros now);
  // Goes on with a recovered run, once: reports that its engine lacks are made again, then what was not finished runs.
  void Continue(const provision::agent::v1::Resume& resume, int64_t epoch, MonoMicros now);

  // A guarded step waits to be confirmed, or may come to; or what was not confirmed is being restored.
  bool guards() const;
  // Steps that wait: for connections that begin now.
  void AddOpenGuards(provision::agent::v1::Hello& hello) const;
  // The engine is there, over a connection that was told the nonce. Ignored when nothing waits for it.
  void Confirm(const provision::agent::v1::ConfirmGuard& confirm, MonoMicros now);

  void SetSecrets(const provision::agent::v1::Secrets& secrets, MonoMicros now);
  void Cancel(bool force, MonoMicros now);
  // Interrupts what may be interrupted, without a word in journal or log.
  void Abandon();
  // Takes in what has ended, timers and output that has waited. Returns when to call again, 0: when woken.
  MonoMicros Tick(MonoMicros now);

  const std::string& id() const { return plan_.run(); }
  int64_t epoch() const { return epoch_; }
  const provision::agent::v1::Plan& plan() const { return plan_; }
  const std::string& plan_digest() const { return plan_digest_; }
  bool recovered() const { return recovered_ != nullptr; }  // and not continued yet
  bool done() const { return done_; }
  // It has ended, and its engine has every report, or has not come for them for an hour: then they are not worth a
  // process (the journal keeps the results).
  bool settled() const;
  bool waits_for_secrets() const { return !done_ && runner_.waits_for_secrets(); }
  RunLog& log() { return *log_; }
  // last_seq of a run that was not continued is what its journal says.
  int64_t last_seq() const;

 private:
  struct EndedAttempt {
    int position;
    int attempt;
    AttemptEnd end;
  };
  struct Inbox {
    Mutex mu;
    std::vector<EndedAttempt> ended ABSL_GUARDED_BY(mu);
  };
  struct Recovered {
    std::map<int, JournalRecord> intents;  // without a result, by position
    std::vector<JournalRecord> results;
    bool cancel = false;
    bool force = false;
    JournalRecord done;  // kind kDone when there is one
    int64_t last_seq = 0;
    std::vector<provision::agent::v1::Resume> resume;  // none or one: Continue was called in the midst of restoring
    int64_t epoch = 0;                                 // with `resume`
  };
  // A guarded step whose attempt is over.
  struct Held {
    int attempt = 1;
    AttemptEnd end;
    std::string nonce;
    MonoMicros began = 0;
    MonoMicros deadline = 0;  // 0: nobody was told of it yet, a guarded neighbour is at work
    bool restoring = false;   // too late: its end will be that of the restoring attempt
    bool doomed = false;      // it, or one that waited beside it, is being restored, perhaps since an earlier life
  };

  Run(provision::agent::v1::Plan plan, std::string plan_digest, int64_t epoch, const RunHost& host);
  void OpenLog(int64_t base_seq);
  void Do(RunnerActions actions);
  void StartAttempt(const RunnerActions::Start& start);
  void Write(provision::agent::v1::Report report);
  // As the engine has stored it.
  bool Ended(const provision::agent::v1::Resume& resume, int position) const;
  void RestoreResult(const JournalRecord& record, const provision::agent::v1::Resume& resume);
  void ReportNotified(int position, int attempt, const provision::agent::v1::Resume& resume);
  void RestoreIntent(const JournalRecord& record);
  void RestoreKnown(const provision::agent::v1::Resume& resume);
  int PositionOf(int index) const;

  // run_guard.cc
  bool Guarded(int position) const { return plan_.steps(position).guard_us() > 0 && !plan_.observe_only(); }
  void Hold(int position, int attempt, AttemptEnd end, MonoMicros now);
  void TellHeld(MonoMicros now);
  void TakeEnd(EndedAttempt ended, MonoMicros now);
  void RestoreOverdue(MonoMicros now);
  void StartRestore(int position, Held& held);
  bool Restoring() const;
  void RestoredAfterCrash(int position, const AttemptEnd& end, MonoMicros now);
  void FindOpenGuards(const std::map<int, JournalRecord>& waits);
  MonoMicros NextGuard() const;
  void OpenJournal();

  // After an interruption that nobody saw the end of.
  bool MayRunAgain(int position) const;  // -1: no such step

  const provision::agent::v1::Plan plan_;
  const std::string plan_digest_;
  int64_t epoch_;
  const RunHost host_;
  Runner runner_;
  std::map<int, std::string> begun_in_;  // of interrupted steps, by position: the boot of the host
  std::unique_ptr<Journal> journal_;     // null when the plan only observes
  std::unique_ptr<RunLog> log_;
  std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
  std::map<int, std::shared_ptr<Attempt>> running_;  // by position
  std::map<int, Held> held_;                         // by position
  std::vector<int> guarded_;                         // positions of guarded steps that have acted, in that order
  std::unique_ptr<RunLog> unheard_;                  // takes what restoring says beside its result
  std::map<int, provision::v1::StepBody> secret_bodies_;
  std::shared_ptr<const Redactor> redactor_ = std::make_shared<Redactor>();
  std::unique_ptr<Recovered> recovered_;
  StoredRun stored_;  // with recovered_
  bool done_ = false;
  MonoMicros done_at_ = 0;  // in this life; 0: not yet, or in an earlier one
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_RUN_H_
