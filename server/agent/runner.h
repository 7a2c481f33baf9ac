// Runner: the pure state machine that brings a plan's steps to their ends. No thread, clock, file or socket: it is told
// what happened and says what to do, so that a simulation runs the real one.
//
// Three groups run one after the other:
//   main      in graph order, lowest position first, at most `parallelism` at once. A failure without
//             continue_on_failure stops the run: what was not started is SKIPPED, what runs comes to its end, with the
//             attempts that it has left.
//   handlers  those that were notified, one by one in plan order, each once, also when something failed before.
//   last      in graph order, only when nothing failed before.
// In an observe-only plan nothing stops the run (a plan shows everything), nothing is retried and no handler becomes
// pending; a step that cannot be observed because of what an earlier one would change is CHANGED, "not known before".
//
// Every step ends exactly once. Thread-compatible. Times are monotonic microseconds of the caller.
#ifndef SERVER_AGENT_RUNNER_H_
#define SERVER_AGENT_RUNNER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "provision/agent/v1/agent.pb.h"
#include "server/agent/system/process.h"

namespace pe::agent {

// How an attempt ended.
struct AttemptEnd {
  provision::agent::v1::StepReport report;  // a terminal state; SKIPPED counts as ended well
  bool retryable = false;  // of a failure: another attempt, or what a plan would change first, may help
  bool acted = false;      // it began to change the host
  bool restored = false;   // a guarded step: what it changed was undone, its end is nothing else's
};

// What the caller does now, in this order.
struct RunnerActions {
  struct Start {
    int position = 0;
    int attempt = 1;
    bool interrupted = false;  // an earlier life of the agent had begun to apply it
  };
  struct Stop {
    int position = 0;
    CancelToken::Why why = CancelToken::Why::kNone;
  };
  std::vector<provision::agent::v1::Report> reports;  // without run, seq and time
  std::vector<Start> starts;                          // each is answered by one OnAttemptEnded
  std::vector<Stop> stops;                            // running attempts to interrupt
  bool need_secrets = false;                          // ask for them
};

class Runner {
 public:
  // REQUIRES: CheckPlan(plan) is OK. `plan` outlives it.
  explicit Runner(const provision::agent::v1::Plan& plan);

  // Before Start, what an earlier life left: a step that ended (its report is not made again), or one that was being
  // applied for the `attempt`-th time.
  void RestoreEnded(int position, int attempt, int32_t state);
  void RestoreInterrupted(int position, int attempt);

  void Start(MonoMicros now, RunnerActions& out);
  void OnAttemptEnded(int position, int attempt, AttemptEnd end, MonoMicros now, RunnerActions& out);
  // The attempt has ended, and its end is held back until it is confirmed; then OnAttemptEnded comes. Its timeout is
  // over. When it has `changed` the host as it was to, guarded neighbours that take no time go on, to be confirmed with
  // it.
  void OnHeld(int position, bool changed, MonoMicros now, RunnerActions& out);
  // Reports that it waits; the confirmation may take `guard_us`.
  void TellHeld(int position, int64_t guard_us, RunnerActions& out) const;
  void OnSecrets(MonoMicros now, RunnerActions& out);
  // Also interrupts what runs; `force` also what is not interruptible. May come again, for example with force.
  void OnCancel(bool force, MonoMicros now, RunnerActions& out);
  // At or after next_timer().
  void OnTimer(MonoMicros now, RunnerActions& out);

  // When OnTimer wants to be called; 0: not at all.
  MonoMicros next_timer() const;
  bool done() const { return phase_ == Phase::kDone; }
  bool waits_for_secrets() const;

 private:
  enum class Phase { kNotStarted, kMain, kHandlers, kLast, kDone };
  struct Step {
    int32_t state = 0;  // StepState
    int attempt = 0;
    bool well = false;         // ended well: what comes after may run
    bool notified = false;     // handlers
    bool interrupted = false;  // to be told to its next attempt
    bool timed_out = false;    // the running attempt was told to stop
    bool held = false;         // in RUNNING: it has ended and waits to be confirmed
    bool held_changed = false;
    int cause = -1;        // position of the failure that kept it from running
    MonoMicros timer = 0;  // deadline of the attempt, or time of the next one
  };

  bool InGroup(int position, Phase phase) const;
  bool GroupEnded(Phase phase) const;
  // Moves on until nothing more can be started: skips, starts, next groups, the end.
  void Advance(MonoMicros now, RunnerActions& out);
  bool AdvanceGroup(Phase phase, MonoMicros now, RunnerActions& out);  // false: something is still open
  bool AdvanceHandlers(MonoMicros now, RunnerActions& out);
  // Why a step that has not started must not: position of the failure, or -1.
  int Obstacle(int position) const;
  bool Ready(int position) const;
  bool SharesConfirmation(int position) const;
  void Begin(int position, MonoMicros now, RunnerActions& out);
  void Retry(int position, const provision::agent::v1::StepReport& failed, MonoMicros now, RunnerActions& out);
  void End(int position, provision::agent::v1::StepReport report, RunnerActions& out);
  void EndUnstarted(int position, int32_t state, std::string reason, int cause, RunnerActions& out);
  void EndInterrupted(int position, const std::string& reason, RunnerActions& out);
  void NotifyHandlers(int position, RunnerActions& out);
  bool DependsOnChange(int position) const;
  void Finish(RunnerActions& out);
  provision::agent::v1::Report& AddReport(int position, RunnerActions& out) const;
  int Attempts(int position) const;

  const provision::agent::v1::Plan& plan_;
  std::vector<Step> steps_;
  Phase phase_ = Phase::kNotStarted;
  int running_ = 0;
  int held_ = 0;         // of them
  int stopped_by_ = -1;  // position of the failure that stopped the run
  int first_failure_ = -1;
  bool cancelled_ = false;
  bool forced_ = false;
  bool has_secrets_ = false;
  bool asked_for_secrets_ = false;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_RUNNER_H_
