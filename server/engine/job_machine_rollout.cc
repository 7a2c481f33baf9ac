// JobMachine: waves and pauses: which targets may begin at all.
//
//   wave n:  PENDING -> RUNNING -> QUEUED (WAVE_SOAK) -> RUNNING (HEALTH_GATE) -> SUCCEEDED or FAILED -> wave n+1
//
// The health gate is the last stage of every target's plan, so that its probes are ordinary steps of the agent: a
// target whose main part is done waits before that stage until its wave has ended its main part and soaked. A failure
// budget that is spent and a pause hold only targets that have never begun: what was begun goes on to its end.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/mutant.h"
#include "server/engine/job_machine.h"
#include "server/engine/proto_time.h"
#include "server/engine/rollout.h"
#include "server/engine/transitions.h"

namespace pe {
namespace {

using provision::v1::Event;
using provision::v1::Job;
using provision::v1::Target;

bool HasFailed(Job::State state) {
  return state == Job::FAILED || state == Job::UNREACHABLE || state == Job::ROLLED_BACK ||
         state == Job::ROLLBACK_FAILED || state == Job::ROLLING_BACK;
}

// When the target's main part ended, as stored.
WallMicros MainPartEnded(const Target& target) {
  if (target.has_end_time()) return ToMicros(target.end_time());
  WallMicros last = ToMicros(target.start_time());
  for (const auto& step : target.steps()) {
    if (step.has_end_time()) last = std::max(last, ToMicros(step.end_time()));
  }
  return last;
}

std::string TimeOfDay(WallMicros time) {
  return absl::FormatTime("%H:%M:%S UTC", absl::FromUnixMicros(time), absl::UTCTimeZone());
}

}  // namespace

// After a restart: everything follows from the stored job.
void JobMachine::LoadWaves() {
  while (wave_ < job_.waves_size() && IsTerminal(job_.waves(wave_).state())) ++wave_;
  if (job_.has_rollout() && job_.mode() == Job::APPLY)
    failure_budget_ = FailureBudget(job_.rollout(), job_.targets_size());
}

std::string JobMachine::WaveName(int wave) const {
  return job_.waves(wave).canary() ? absl::StrCat("the canary (wave 1 of ", job_.waves_size(), ")")
                                   : absl::StrCat("wave ", wave + 1, " of ", job_.waves_size());
}

// A plan changes nothing that could be soaked.
int64_t JobMachine::SoakMicros() const {
  return job_.mode() == Job::APPLY && job_.rollout().has_soak() ? ToMicros(job_.rollout().soak()) : 0;
}

// The stage that the target has come to is its health gate, and it is not over.
bool JobMachine::AtGate(int target) const {
  const Run& run = runs_[target];
  return job_.rollout().health_gate_size() > 0 && !run.undoing && run.phase != Phase::kEnded &&
         run.stage + 1 == static_cast<int>(run.places.size());
}

void JobMachine::SetWave(int wave, Job::State state, const std::string& reason, const std::string& code, Now now) {
  Event event;
  event.set_target(-1);
  event.set_step(-1);
  event.mutable_wave()->set_wave(wave);
  event.mutable_wave()->set_state(state);
  event.mutable_wave()->set_reason(reason);
  event.mutable_wave()->set_reason_code(code);
  Record(std::move(event), now);
  unsettled_ = true;
}

void JobMachine::AdvanceWaves(Now now) {
  if (job_.waves_size() == 0) return;
  const auto& targets = job_.targets();
  const auto failed =
      std::count_if(targets.begin(), targets.end(), [](const Target& t) { return HasFailed(t.state()); });
  budget_spent_ = failure_budget_ && failed > *failure_budget_;
  while (wave_ < job_.waves_size() && WaveIsOver(now)) {
    EndWave(wave_, now);
    const bool canary = job_.waves(wave_).canary();
    ++wave_;
    soak_until_ = 0;
    const bool goes_on = wave_ < job_.waves_size() && !budget_spent_ && !Stopping() && job_.mode() == Job::APPLY;
    if (canary && goes_on && job_.rollout().pause_after_canary() && !job_.pause_requested())
      RecordPause(true, "", "the canary is through", now);
  }
}

// Brings the open wave as far as it comes: soak, then health gate, then true.
bool JobMachine::WaveIsOver(Now now) {
  int working = 0, at_gate = 0;
  for (int i = 0; i < job_.targets_size(); ++i) {
    if (job_.targets(i).wave() != wave_ || IsTerminal(job_.targets(i).state())) continue;
    ++(AtGate(i) ? at_gate : working);
  }
  const bool early = PE_MUTANT(open_next_wave_early) && job_.waves(wave_).state() == Job::RUNNING;
  if (working > 0 && !early) return false;
  if (job_.waves(wave_).reason_code() == kHealthGate) return at_gate == 0;
  const bool something_follows = at_gate > 0 || wave_ + 1 < job_.waves_size();
  if (something_follows && !Stopping() && !budget_spent_ && !Soaked(now)) return false;
  soak_until_ = 0;
  if (at_gate == 0) return true;
  SetWave(wave_, Job::RUNNING, "its health gate is asked", kHealthGate, now);
  return false;
}

// The soak is counted from what is stored, so that a restart neither forgets nor repeats it; never longer than asked
// for, whatever the wall clock did meanwhile.
bool JobMachine::Soaked(Now now) {
  if (SoakMicros() == 0) return true;
  if (soak_until_ == 0) {
    WallMicros ended = 0;
    for (const Target& target : job_.targets()) {
      if (target.wave() == wave_) ended = std::max(ended, MainPartEnded(target));
    }
    const WallMicros until = ended + SoakMicros();
    soak_until_ = now.mono + std::clamp<int64_t>(until - now.wall, 0, SoakMicros());
    if (job_.waves(wave_).reason_code() != kWaveSoak)
      SetWave(wave_, Job::QUEUED, absl::StrCat("soaks until ", TimeOfDay(until)), kWaveSoak, now);
  }
  return now.mono >= soak_until_;
}

void JobMachine::EndWave(int wave, Now now) {
  int failed = 0, stopped = 0, timed_out = 0, begun = 0;
  for (const Target& target : job_.targets()) {
    if (target.wave() != wave) continue;
    failed += HasFailed(target.state());
    stopped += target.state() == Job::CANCELLED;
    timed_out += target.state() == Job::TIMED_OUT;
    begun += target.has_start_time();
  }
  const std::string code = budget_spent_ ? kBudgetSpent : failed > 0 ? kTargetsFailed : "";
  if (failed > 0) {
    SetWave(wave, Job::FAILED, absl::StrCat(failed, " of ", job_.waves(wave).targets(), " targets failed"), code, now);
  } else if (timed_out > 0) {
    SetWave(wave, Job::TIMED_OUT, "the deadline has passed", "", now);
  } else if (stopped > 0) {
    const std::string reason = !budget_spent_ ? "cancelled" : begun > 0 ? "stopped" : "never began";
    SetWave(wave, Job::CANCELLED, reason, code, now);
  } else {
    SetWave(wave, Job::SUCCEEDED, "", "", now);
  }
}

void JobMachine::EndWaves(Now now) {
  for (; wave_ < job_.waves_size(); ++wave_) EndWave(wave_, now);
}

// Holds an idle target that may not begin for the rollout's or a pause's sake, with its reason. True when it is held.
bool JobMachine::Hold(int target, Now now) {
  if (job_.waves_size() == 0 && !job_.pause_requested()) return false;
  const Target& status = job_.targets(target);
  if (RollsBack(target) || runs_[target].planned) return false;
  const bool waves = job_.waves_size() > 0;
  std::string reason, code;
  if (waves && status.wave() > wave_) {
    code = kLaterWave;
    reason = absl::StrCat("in wave ", status.wave() + 1, " of ", job_.waves_size());
  } else if (waves && AtGate(target) && job_.waves(status.wave()).reason_code() != kHealthGate) {
    code = kWaveSoak;
    reason = absl::StrCat("done; the health gate of ", WaveName(status.wave()), " comes when all its hosts are");
  } else if (job_.pause_requested() && !status.has_start_time()) {
    code = kJobPaused;
    reason = "held: the job is paused";
  } else {
    return false;
  }
  SetTargetState(target, Job::QUEUED, reason, code, now);
  return true;
}

// Ends an idle target that will never begin. True when it has.
bool JobMachine::GiveUpUnbegun(int target, Now now) {
  if (!budget_spent_ || job_.targets(target).has_start_time()) return false;
  EndTarget(target, Job::CANCELLED,
            absl::StrCat("never began: more than ", *failure_budget_, " of ", job_.targets_size(), " targets failed"),
            kBudgetSpent, now);
  return true;
}

void JobMachine::RecordPause(bool paused, const std::string& caller, const std::string& reason, Now now) {
  Event event;
  event.set_target(-1);
  event.set_step(-1);
  event.mutable_pause()->set_paused(paused);
  event.mutable_pause()->set_caller(caller);
  event.mutable_pause()->set_reason(reason);
  Record(std::move(event), now);
  pause_text_ = !paused ? ""
                        : absl::StrCat("paused", caller.empty() ? "" : absl::StrCat(" by ", caller),
                                       reason.empty() ? "" : absl::StrCat(": ", reason));
  out_.private_rows["pause"] = pause_text_;
  unsettled_ = true;
}

void JobMachine::OnPause(const std::string& caller, const std::string& reason, Now now) {
  if (IsTerminal(job_.state()) || Stopping() || job_.pause_requested()) return;
  RecordPause(true, caller, reason, now);
  if (begun_) return Settle(now);
  ShowJobState(now);  // it has not been looked at yet, and when it is, it is held
}

void JobMachine::OnResume(const std::string& caller, Now now) {
  if (IsTerminal(job_.state()) || Stopping() || !job_.pause_requested()) return;
  RecordPause(false, caller, "", now);
  if (begun_) return Settle(now);
  if (job_.state() == Job::PAUSED) SetJobState(Job::QUEUED, "waits for its turn", now);
}

// What the job as a whole waits for while no target is at work; false: for nothing of this file.
bool JobMachine::ShowHeld(Now now) {
  const auto& targets = job_.targets();
  if (std::all_of(targets.begin(), targets.end(), [](const Target& t) { return IsTerminal(t.state()); })) return false;
  if (job_.pause_requested() && Allowed(kJobTransitions, job_.state(), Job::PAUSED)) {
    SetJobState(Job::PAUSED, pause_text_, now);
    return true;
  }
  if (soak_until_ == 0 || wave_ >= job_.waves_size()) return false;
  SetJobState(Job::RUNNING, absl::StrCat(WaveName(wave_), " ", job_.waves(wave_).reason()), now);
  return true;
}

// Beside RUNNING.
std::string JobMachine::PauseNote() const {
  return job_.pause_requested() ? absl::StrCat("hosts at work go on to their end, then: ", pause_text_) : "";
}

// How the job's end stands to its failure budget; follows what failed.
std::string JobMachine::BudgetNote() const {
  if (!failure_budget_) return "";
  if (!budget_spent_) return absl::StrCat("; within the failure budget of ", *failure_budget_);
  const auto& targets = job_.targets();
  const auto left = std::count_if(targets.begin(), targets.end(), [](const Target& t) { return !t.has_start_time(); });
  return absl::StrCat("; the failure budget of ", *failure_budget_, " is spent, ", left, " targets never began");
}

}  // namespace pe
