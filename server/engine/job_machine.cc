#include "server/engine/job_machine.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/engine/fold.h"
#include "server/engine/proto_time.h"
#include "server/engine/rollout.h"
#include "server/engine/transitions.h"

namespace pe {

using provision::v1::Event;
using provision::v1::Job;

JobMachine::JobMachine(Job job, const std::vector<PrivateRow>& rows, MachineLimits limits)
    : limits_(limits), job_(std::move(job)), runs_(job_.targets_size()) {
  for (int i = 0; i < job_.targets_size(); ++i) {
    const std::string transport(
        absl::string_view(job_.targets(i).address()).substr(0, job_.targets(i).address().find(':')));
    runs_[i].places = PlaceStages(job_.spec(), transport, &job_.rollout());
    if (IsTerminal(job_.targets(i).state())) runs_[i].phase = Phase::kEnded;
    runs_[i].undoing = job_.mode() == Job::ROLLBACK;
    if (runs_[i].undoing) runs_[i].stage = static_cast<int>(runs_[i].places.size()) - 1;
  }
  Load(rows);
  LoadWaves();
}

JobId JobMachine::id() const { return JobId(std::string(absl::StripPrefix(job_.name(), "jobs/"))); }

// Private rows: "run/T" is "STAGE LAST_REPORT" or "STAGE LAST_REPORT undo", "plan/T" the serialised plan of that stage,
// "undo/T" what a rollback job undoes, "pause" who holds the job and why.
void JobMachine::Load(const std::vector<PrivateRow>& rows) {
  for (const PrivateRow& row : rows) {
    if (row.key == "pause") pause_text_ = row.value;
    const std::vector<std::string> key = absl::StrSplit(row.key, '/');
    int target = 0;
    if (key.size() != 2 || !absl::SimpleAtoi(key[1], &target) || target < 0 || target >= job_.targets_size()) continue;
    Run& run = runs_[target];
    if (key[0] == "run") {
      const std::vector<std::string> values = absl::StrSplit(row.value, ' ');
      if (values.size() >= 2 && absl::SimpleAtoi(values[0], &run.stage))
        (void)absl::SimpleAtoi(values[1], &run.last_report);
      run.undoing = values.size() == 3;
    } else if (key[0] == "plan") {
      run.planned = run.plan.ParseFromString(row.value);
    } else if (key[0] == "undo") {
      (void)DecodeUndone(row.value, &run.undone);
    }
  }
}

std::set<std::string> JobMachine::Resources() const {
  std::set<std::string> out;
  for (const auto& target : job_.targets()) out.insert(target.resource());
  for (const std::string& name : NamedResources(job_.spec())) out.insert(name);
  return out;
}

Event& JobMachine::Record(Event event, Now now) {
  event.set_job(job_.name());
  event.set_seq(job_.last_seq() + 1);
  *event.mutable_time() = ToTimestamp(now.wall);
  const absl::Status folded = Fold(event, &job_);
  // The machine's own events always fit; what agents say was checked before. A misfit here would be lost history.
  if (!folded.ok()) {
    Event warning;
    warning.set_job(job_.name());
    warning.set_seq(job_.last_seq() + 1);
    *warning.mutable_time() = event.time();
    warning.set_target(-1);
    warning.set_step(-1);
    warning.mutable_warning()->set_code("IMPOSSIBLE_EVENT");
    warning.mutable_warning()->set_message(std::string(folded.message()));
    (void)Fold(warning, &job_);
    event = std::move(warning);
  }
  if (event.target() >= 0) out_.targets.insert(event.target());
  return out_.events.emplace_back(std::move(event));
}

void JobMachine::Create(Now now) {
  Event event;
  event.set_target(-1);
  event.set_step(-1);
  *event.mutable_created()->mutable_job() = job_;
  Record(std::move(event), now);
}

void JobMachine::SetJobState(Job::State state, const std::string& reason, Now now, const std::string& code) {
  if (job_.state() == state && job_.reason() == reason) return;
  Event event;
  event.set_target(-1);
  event.set_step(-1);
  event.mutable_state()->set_state(state);
  event.mutable_state()->set_reason(reason);
  event.mutable_state()->set_reason_code(code);
  Record(std::move(event), now);
}

void JobMachine::OnTicket(const std::string& resource, const std::optional<JobId>& behind, Now now) {
  if (IsTerminal(job_.state())) return;
  tickets_[resource] = behind;
  unsettled_ = true;
  if (begun_) Settle(now);
}

void JobMachine::Begin(Now now) {
  if (IsTerminal(job_.state())) return;
  begun_ = true;
  TakeDeadline(now);
  if (job_.cancel_requested()) StopAll("cancellation was asked for", now);  // loaded in the midst of a cancel
  Settle(now);
}

void JobMachine::TakeDeadline(Now now) {
  if (job_.has_deadline()) deadline_mono_ = now.mono + std::max<int64_t>(0, ToMicros(job_.deadline()) - now.wall);
}

void JobMachine::Settle(Now now) {
  while (unsettled_ && !IsTerminal(job_.state())) {
    unsettled_ = false;
    AdvanceWaves(now);
    StartWhatCan(now);
    ShowJobState(now);
    FinishIfDone(now);
  }
}

void JobMachine::StartWhatCan(Now now) {
  for (int i = 0; i < job_.targets_size(); ++i) {
    if (runs_[i].phase != Phase::kIdle) continue;
    // What has been planned may be running on its host: it is connected to, and then asked to stop.
    if ((job_.cancel_requested() || timed_out_) && !runs_[i].planned && !RollsBack(i)) {
      CancelTarget(i, now);
      continue;
    }
    if (GiveUpUnbegun(i, now) || Hold(i, now)) continue;
    const std::string why = WhyWaits(i);
    if (why.empty()) {
      Connect(i, now);
    } else {
      SetTargetState(i, RollsBack(i) ? Job::ROLLING_BACK : Job::QUEUED, why, "QUEUED", now);
    }
  }
}

// The job's own state follows its targets': QUEUED while none has begun, PLANNING until one runs, then RUNNING.
void JobMachine::ShowJobState(Now now) {
  if (IsTerminal(job_.state()) || job_.state() == Job::CANCELLING) return;
  const auto& targets = job_.targets();
  const auto any = [&](Job::State state) {
    return std::any_of(targets.begin(), targets.end(), [&](const auto& t) { return t.state() == state; });
  };
  const auto reason_of = [&](Job::State state) {
    for (const auto& target : targets) {
      if (target.state() == state) return target.reason();
    }
    return std::string();
  };
  if (any(Job::RUNNING)) {
    SetJobState(Job::RUNNING, PauseNote(), now);
  } else if (any(Job::ROLLING_BACK)) {
    SetJobState(Job::ROLLING_BACK, reason_of(Job::ROLLING_BACK), now);
  } else if (any(Job::PLANNING)) {
    const bool running = job_.state() == Job::RUNNING;
    SetJobState(running ? Job::RUNNING : Job::PLANNING, running ? PauseNote() : reason_of(Job::PLANNING), now);
  } else if (any(Job::PAUSED)) {
    if (job_.state() == Job::PLANNING || job_.state() == Job::RUNNING || job_.state() == Job::PAUSED)
      SetJobState(Job::PAUSED, reason_of(Job::PAUSED), now);
  } else if (ShowHeld(now)) {
    return;
  } else if (any(Job::QUEUED) && job_.state() == Job::PAUSED) {  // let go, and behind other jobs
    SetJobState(job_.has_start_time() ? Job::RUNNING : Job::QUEUED, reason_of(Job::QUEUED), now);
  } else if (any(Job::QUEUED) && (job_.state() == Job::PENDING || job_.state() == Job::QUEUED)) {
    SetJobState(Job::QUEUED, reason_of(Job::QUEUED), now);
  }
}

void JobMachine::OnTrusted(const std::string& resource, Now now) {
  for (int i = 0; i < job_.targets_size(); ++i) {
    if (runs_[i].phase != Phase::kTrust || PlaceOf(i) != resource) continue;
    SetPhase(i, Phase::kIdle);
    runs_[i].attempts = 0;
    runs_[i].give_up = 0;
  }
  Settle(now);
}

void JobMachine::OnCancel(bool force, Now now) {
  if (IsTerminal(job_.state()) || (job_.cancel_requested() && force_ >= force)) return;
  force_ = force_ || force;
  Event event;
  event.set_target(-1);
  event.set_step(-1);
  event.mutable_cancel_requested()->set_force(force);
  Record(std::move(event), now);
  StopAll("cancellation was asked for", now);
  Settle(now);
}

void JobMachine::StopAll(const std::string& reason, Now now) {
  if (job_.state() == Job::RUNNING || job_.state() == Job::PLANNING) SetJobState(Job::CANCELLING, reason, now);
  for (int i = 0; i < job_.targets_size(); ++i) CancelTarget(i, now);
}

Job::State JobMachine::StoppedState() const {
  const bool by_person = job_.cancel_requested() || job_.approval().decision() == provision::v1::Approval::REJECTED;
  return by_person ? Job::CANCELLED : Job::TIMED_OUT;
}

void JobMachine::FinishIfDone(Now now) {
  if (IsTerminal(job_.state())) return;
  std::vector<std::string> bad;
  int stopped = 0, rolled_back = 0;
  bool rollback_failed = false;
  for (const auto& target : job_.targets()) {
    if (!IsTerminal(target.state())) return;
    if (target.state() == Job::CANCELLED || target.state() == Job::TIMED_OUT) ++stopped;
    if (target.state() == Job::SUCCEEDED || target.state() == Job::CANCELLED || target.state() == Job::TIMED_OUT)
      continue;
    if (target.state() == Job::ROLLED_BACK) ++rolled_back;
    rollback_failed = rollback_failed || target.state() == Job::ROLLBACK_FAILED;
    bad.push_back(absl::StrCat(absl::StripPrefix(target.resource(), "resources/"), ": ", target.reason()));
  }
  EndWaves(now);
  if (!bad.empty()) {
    const bool all_rolled_back = rolled_back == static_cast<int>(bad.size());
    const std::string more = bad.size() > 3 ? absl::StrCat("; and ", bad.size() - 3, " more") : "";
    const std::string head =
        job_.targets_size() > 1 ? absl::StrCat(bad.size(), " of ", job_.targets_size(), " targets failed: ") : "";
    if (bad.size() > 3) bad.resize(3);
    const Job::State state = rollback_failed ? Job::ROLLBACK_FAILED : all_rolled_back ? Job::ROLLED_BACK : Job::FAILED;
    SetJobState(state, absl::StrCat(head, absl::StrJoin(bad, "; "), more, BudgetNote()), now,
                budget_spent_ ? kBudgetSpent : "");
  } else if (stopped > 0) {
    SetJobState(StoppedState(), WhyStopped(), now);
  } else {
    SetJobState(Job::SUCCEEDED, "", now);
  }
  out_.terminal = true;
}

void JobMachine::OnTimer(Now now) {
  if (IsTerminal(job_.state())) return;
  if (deadline_mono_ != 0 && now.mono >= deadline_mono_ && !timed_out_ && !job_.cancel_requested()) {
    timed_out_ = true;
    StopAll("the deadline has passed", now);
  }
  if (soak_until_ != 0 && now.mono >= soak_until_) unsettled_ = true;
  for (int i = 0; i < job_.targets_size(); ++i) {
    Run& run = runs_[i];
    if (run.phase == Phase::kBackoff && now.mono >= run.wake) Connect(i, now);
  }
  Settle(now);
}

std::optional<MonoMicros> JobMachine::NextTimer() const {
  std::optional<MonoMicros> next;
  const auto consider = [&](MonoMicros at) { next = next ? std::min(*next, at) : at; };
  if (deadline_mono_ != 0 && !timed_out_ && !job_.cancel_requested()) consider(deadline_mono_);
  if (soak_until_ != 0) consider(soak_until_);
  for (const Run& run : runs_) {
    if (run.phase == Phase::kBackoff) consider(run.wake);
  }
  return next;
}

MachineOutput JobMachine::Take() {
  MachineOutput out = std::move(out_);
  out_ = MachineOutput();
  return out;
}

}  // namespace pe
