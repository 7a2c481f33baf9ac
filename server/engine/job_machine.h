// JobMachine: one unfinished job as a state machine: (state, input) -> (events, effects). No clock, thread, socket or
// SQL: time comes with every input, effects go out with every output and are released by the engine after the commit.
//
//                granted, slot free           opened: plan made              done
//   target  idle ------------------> connecting ---------------> running ------------> next stage or ended
//                                     |  ^   |                     |
//                              closed |  |   | unknown host key    | closed
//                                     v  |   v                     v
//                                    backoff  trust              backoff (work on the host goes on)
//
// Pure; not thread-safe: the engine's loop owns it.
#ifndef SERVER_ENGINE_JOB_MACHINE_H_
#define SERVER_ENGINE_JOB_MACHINE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "provision/agent/v1/agent.pb.h"
#include "provision/v1/event.pb.h"
#include "provision/v1/job.pb.h"
#include "server/engine/effects.h"
#include "server/engine/owed.h"
#include "server/engine/planner.h"
#include "server/engine/rollback.h"
#include "server/transport/transport.h"
#include "storage/store.h"

namespace pe {

struct Now {
  WallMicros wall = 0;
  MonoMicros mono = 0;
};

// How long a host may stay away. Each with its reason.
struct MachineLimits {
  int64_t first_contact_us = 20 * kMicrosPerSecond;     // a host that is down is said to be down while a person waits
  int64_t reconnect_us = 600 * kMicrosPerSecond;        // work runs on it: a slow reboot takes minutes
  int64_t cancel_reconnect_us = 25 * kMicrosPerSecond;  // a cancel ends within 30 s, also when the host is gone
  int64_t first_backoff_us = kMicrosPerSecond / 2;
  int64_t longest_backoff_us = 15 * kMicrosPerSecond;
};

// What one input, or several, made of the job. Taken by the engine, which stores the events and then does the effects.
struct MachineOutput {
  std::vector<provision::v1::Event> events;
  std::set<int> targets;  // indices whose state changed
  std::map<std::string, std::string> private_rows;
  std::vector<Effect> effects;
  std::vector<Obligation> obligations;  // stored with the events
  bool terminal = false;
  bool empty() const { return events.empty() && private_rows.empty() && effects.empty() && !terminal; }
};

class JobMachine {
 public:
  // `job`: in detail kFull; a new one has no events yet. `rows`: its private rows, when it is loaded.
  JobMachine(provision::v1::Job job, const std::vector<PrivateRow>& rows, MachineLimits limits);

  const provision::v1::Job& job() const { return job_; }
  JobId id() const;
  // Resources that the job holds tickets for: targets and those named by `on:`.
  std::set<std::string> Resources() const;

  // Nobody has decided yet whether it may run: it is not begun, and holds nothing.
  bool AwaitsApproval() const;

  // ---- Inputs. All are ignored when the job is terminal.
  // The first event of a new job.
  void Create(Now now);
  // Of one that AwaitsApproval: shows that, and lets its deadline run. When it is new, and after a restart.
  void AwaitApproval(Now now);
  // Somebody has decided. Approved, it has its place among the others from now on: `admission`, which is larger than
  // all before, and the caller then begins it. Rejected, it ends. Ignored when it does not await that.
  void OnDecided(const provision::v1::Approval& approval, int64_t admission, Now now);
  // Where it stands in a resource's queue: granted, or behind another job.
  void OnTicket(const std::string& resource, const std::optional<JobId>& behind, Now now);
  // All tickets are known: begins what can begin.
  void Begin(Now now);
  // `owed`: what earlier jobs owe to the host; read when WantsOwed(target).
  void OnOpened(int target, const provision::agent::v1::Hello& hello, const std::vector<OwedHandler>& owed, Now now);
  void OnReport(int target, const provision::agent::v1::Report& report, Now now);
  void OnRefused(int target, const provision::agent::v1::Refused& refused, Now now);
  void OnSecretsNeeded(int target, Now now);
  // A blob of the plan cannot be had, or something else that only this target suffers from.
  void OnTargetError(int target, const std::string& code, const std::string& message, Now now);
  // The engine fetches what the plan needs before it can be sent: `what` is shown as the reason; empty: it has all.
  void OnFetching(int target, const std::string& what, Now now);
  // The run was not sent, and after a cancel it will not be: nothing has happened on the host.
  void OnWithdrawn(int target, Now now);
  void OnClosed(int target, const CloseReason& reason, Now now);
  void OnTrusted(const std::string& resource, Now now);
  void OnCancel(bool force, Now now);
  // Ignored also when the job is being stopped, or is held (OnPause) or not held (OnResume) already. `caller`: who;
  // `reason`: in the caller's words.
  void OnPause(const std::string& caller, const std::string& reason, Now now);
  void OnResume(const std::string& caller, Now now);
  void OnTimer(Now now);

  // A plan is made when the target's next connection is open, and may hold what earlier jobs owe to PlaceOf(target).
  bool WantsOwed(int target) const;
  // The resource whose host the target's current stage runs on.
  const std::string& PlaceOf(int target) const;
  // When OnTimer is wanted; nullopt: not at all.
  std::optional<MonoMicros> NextTimer() const;
  // What became of the inputs since the last call.
  MachineOutput Take();

 private:
  enum class Phase { kIdle, kConnecting, kBackoff, kTrust, kRunning, kEnded };

  struct Run {
    Phase phase = Phase::kIdle;
    std::vector<StagePlace> places;
    int stage = 0;
    bool undoing = false;  // stages are undone, from the last to the first
    bool planned = false;  // the current stage's plan is made, stored and may be on the host
    provision::agent::v1::Plan plan;
    int64_t last_report = 0;
    int attempts = 0;         // connects since the last success
    int connection = 0;       // number of the newest connection
    MonoMicros give_up = 0;   // when a host that stays away is called unreachable; 0: not being tried
    MonoMicros wake = 0;      // next connect, in kBackoff
    UndoneTarget undone;      // of a rollback job
    std::set<int> confirmed;  // guarded steps that this connection has confirmed
    std::vector<provision::v1::Facts> target_facts;  // none or one: the target's own, for stages elsewhere
  };

  // job_machine.cc: the job as a whole
  void Load(const std::vector<PrivateRow>& rows);
  // Ends every input: begins what can begin now, then brings the job's own state up to date. Inputs themselves only
  // touch their targets, so nothing recurses over ten thousand of them.
  void Settle(Now now);
  void StartWhatCan(Now now);
  void FinishIfDone(Now now);
  void StopAll(const std::string& reason, Now now);
  provision::v1::Event& Record(provision::v1::Event event, Now now);
  void SetJobState(provision::v1::Job::State state, const std::string& reason, Now now, const std::string& code = "");
  void ShowJobState(Now now);
  provision::v1::Job::State StoppedState() const;
  bool Stopping() const { return job_.cancel_requested() || timed_out_; }

  // job_machine_rollout.cc: waves and pauses: which targets may begin at all
  void LoadWaves();
  std::string WaveName(int wave) const;
  int64_t SoakMicros() const;
  bool AtGate(int target) const;
  void SetWave(int wave, provision::v1::Job::State state, const std::string& reason, const std::string& code, Now now);
  void AdvanceWaves(Now now);
  bool WaveIsOver(Now now);
  bool Soaked(Now now);
  void EndWave(int wave, Now now);
  void EndWaves(Now now);
  bool Hold(int target, Now now);
  bool GiveUpUnbegun(int target, Now now);
  void RecordPause(bool paused, const std::string& caller, const std::string& reason, Now now);
  bool ShowHeld(Now now);
  std::string PauseNote() const;
  std::string BudgetNote() const;
  void TakeDeadline(Now now);

  // job_machine_approval.cc
  std::string WhyStopped() const;

  // job_machine_target.cc: connecting, planning and ending one target
  std::string WhyWaits(int target) const;
  void SetPhase(int target, Phase phase);
  void ReleasePlace(int target);
  Peer PeerOf(int target) const { return {target, runs_[target].connection}; }
  void Connect(int target, Now now);
  bool GuardWaits(int target) const;
  void Retry(int target, const CloseReason& reason, Now now);
  void GiveUp(int target, const CloseReason& reason, Now now);
  bool Plan(int target, const provision::v1::Facts& facts, const std::vector<OwedHandler>& owed, Now now);
  void StageDone(int target, const provision::agent::v1::RunDone& done, Now now);
  void GoToStage(int target, int stage);
  void EndTarget(int target, provision::v1::Job::State state, const std::string& reason, const std::string& code,
                 Now now);
  void CancelTarget(int target, Now now);
  void SetTargetState(int target, provision::v1::Job::State state, const std::string& reason, const std::string& code,
                      Now now);
  void StoreRun(int target);
  std::string RunId(int target) const;
  std::string WhyFailed(int target) const;

  // job_machine_undo.cc
  bool RollsBack(int target) const { return runs_[target].undoing && job_.mode() != provision::v1::Job::ROLLBACK; }
  bool WantsRollback(int target) const;
  void BeginUndo(int target, Now now);
  bool PlanUndoStage(int target, Now now);
  void UndoStageDone(int target, Now now);
  void GiveUpRollback(int target, const CloseReason& reason, Now now);

  // job_machine_owed.cc
  void AddOwed(int target, const std::vector<OwedHandler>& owed, PlanInput* input) const;
  void SettleOwed(int target, int step, Now now);
  void OweAtEnd(int target, provision::v1::Job::State state, Now now);

  // job_machine_report.cc: what an agent says and is told
  std::vector<provision::agent::v1::EndedStep> EndedSteps(int target) const;
  bool Believable(int target, const provision::agent::v1::Report& report) const;
  void RecordStep(int target, const provision::agent::v1::Report& report, Now now);
  void UpdatePending(int target, int step, bool pending, Now now);

  const MachineLimits limits_;
  provision::v1::Job job_;
  std::vector<Run> runs_;                                // one a target
  std::map<std::string, std::optional<JobId>> tickets_;  // by resource: behind whom; nullopt: granted
  std::map<std::string, int> working_;                   // resource -> target whose stage is being worked on there
  int active_ = 0;                                       // targets in kConnecting, kBackoff or kRunning
  bool begun_ = false;
  bool unsettled_ = true;  // a target's phase or state, or a ticket, changed since the last Settle
  bool force_ = false;
  bool timed_out_ = false;
  int wave_ = 0;                       // the first that has not ended; its targets may begin
  std::optional<int> failure_budget_;  // of a job with waves
  bool budget_spent_ = false;
  MonoMicros soak_until_ = 0;     // 0: the open wave does not soak
  std::string pause_text_;        // who and why, while a pause is asked for
  MonoMicros deadline_mono_ = 0;  // 0: none, or not known yet
  MachineOutput out_;
};

}  // namespace pe

#endif  // SERVER_ENGINE_JOB_MACHINE_H_
