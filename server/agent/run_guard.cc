// Run: guarded steps. One that has changed the host (or tried to) is held: its end is told only when an engine has
// confirmed it over a connection that began afterwards. When nobody does in time, everything guarded that the run has
// changed is restored and the step has failed.
//
// The journal knows of it from before the change: an intent without a result, and when the wait began. A new life of
// the agent goes on counting and restores by itself, also when no engine ever comes. An engine's Welcome to that life
// is a confirmation: its connection is newer than the change.
#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/digest.h"
#include "base/mutant.h"
#include "server/agent/run.h"
#include "server/agent/step_state.h"

namespace pe::agent {

using provision::agent::v1::PlanStep;
using provision::agent::v1::Resume;

void Run::TakeEnd(EndedAttempt ended, MonoMicros now) {
  running_.erase(ended.position);
  const auto held = held_.find(ended.position);
  if (recovered()) return RestoredAfterCrash(ended.position, ended.end, now);
  if (held != held_.end()) {
    held_.erase(held);
  } else if (Guarded(ended.position) && ended.end.acted && ended.end.report.state() != kStepUnchanged) {
    return Hold(ended.position, ended.attempt, std::move(ended.end), now);
  }
  RunnerActions actions;
  runner_.OnAttemptEnded(ended.position, ended.attempt, std::move(ended.end), now, actions);
  Do(std::move(actions));
  TellHeld(now);
}

void Run::Hold(int position, int attempt, AttemptEnd end, MonoMicros now) {
  std::erase(guarded_, position);
  guarded_.push_back(position);
  Held& held = held_[position];
  held.attempt = attempt;
  held.end = std::move(end);
  held.began = now;
  held.nonce = Sha256Hex(absl::StrCat(id(), " ", position, " ", attempt, " ", now, " ", host_.boot)).substr(0, 32);
  RunnerActions actions;
  runner_.OnHeld(position, held.end.report.state() == kStepChanged, now, actions);
  Do(std::move(actions));
  TellHeld(now);
  if (!PE_MUTANT(confirm_without_reconnect)) return;
  provision::agent::v1::ConfirmGuard confirm;
  confirm.set_nonce(held.nonce);
  Confirm(confirm, now);
}

// When the last of several is held: a connection that is newer than that one is newer than all of them.
void Run::TellHeld(MonoMicros now) {
  if (std::any_of(running_.begin(), running_.end(), [this](const auto& attempt) { return Guarded(attempt.first); }))
    return;
  RunnerActions actions;
  for (auto& [position, held] : held_) {
    if (held.deadline != 0) continue;
    const int64_t guard_us = plan_.steps(position).guard_us();
    held.deadline = now + guard_us;
    // Without the record a new life counts anew.
    journal_->Guard(position, held.attempt, held.deadline, host_.boot).IgnoreError();
    runner_.TellHeld(position, guard_us, actions);
  }
  Do(std::move(actions));
}

bool Run::guards() const {
  const auto running = [this](const auto& attempt) { return Guarded(attempt.first); };
  return !held_.empty() || std::any_of(running_.begin(), running_.end(), running);
}

void Run::AddOpenGuards(provision::agent::v1::Hello& hello) const {
  if (recovered()) return;  // its Welcome is enough
  for (const auto& [position, held] : held_) {
    if (held.restoring || held.doomed || held.deadline == 0) continue;
    auto& open = *hello.add_open_guards();
    open.set_run(id());
    open.set_step(plan_.steps(position).index());
    open.set_nonce(held.nonce);
  }
}

void Run::Confirm(const provision::agent::v1::ConfirmGuard& confirm, MonoMicros now) {
  const auto found = std::find_if(held_.begin(), held_.end(), [&](const auto& h) {
    return h.second.nonce == confirm.nonce() && !h.second.restoring && !h.second.doomed;
  });
  if (found == held_.end() || recovered()) return;
  const int position = found->first;
  // What is told must not be undone by a later life: else it stays unconfirmed, and is undone by this one.
  if (!journal_->Guard(position, found->second.attempt, kConfirmed, host_.boot).ok()) return;
  Held held = std::move(found->second);
  held_.erase(found);
  (*held.end.report.mutable_values())["confirmed_after_ms"] = absl::StrCat((now - held.began) / kMicrosPerMilli);
  RunnerActions actions;
  runner_.OnAttemptEnded(position, held.attempt, std::move(held.end), now, actions);
  Do(std::move(actions));
}

MonoMicros Run::NextGuard() const {
  MonoMicros next = 0;
  for (const auto& [position, held] : held_) {
    if (!held.restoring && held.deadline != 0 && (next == 0 || held.deadline < next)) next = held.deadline;
  }
  return next;
}

// One after the other. Each restores everything guarded, so that those that wait beside it cannot be confirmed any
// more, nor taken up again by a later life.
void Run::RestoreOverdue(MonoMicros now) {
  const auto restoring = [](const auto& held) { return held.second.restoring; };
  if (std::any_of(held_.begin(), held_.end(), restoring)) return;
  for (auto& [position, held] : held_) {
    if (held.restoring || held.deadline == 0 || held.deadline > now) continue;
    held.restoring = true;
    OpenJournal();
    for (auto& [other, doomed] : held_) {
      doomed.doomed = true;
      doomed.deadline = now;
      // Restoring matters more than that the journal can be written.
      journal_->Guard(other, doomed.attempt, kRestoring, host_.boot).IgnoreError();
    }
    return StartRestore(position, held);
  }
}

bool Run::Restoring() const {
  return std::any_of(held_.begin(), held_.end(),
                     [](const auto& held) { return held.second.restoring || held.second.doomed; });
}

void Run::StartRestore(int position, Held& held) {
  const PlanStep& step = plan_.steps(position);
  auto attempt = std::make_shared<Attempt>();
  attempt->position = position;
  attempt->attempt = held.attempt;
  attempt->unconfirmed = absl::StrCat("the engine did not reach the host over a new connection within ",
                                      step.guard_us() / kMicrosPerSecond, " s");
  if (IsFailure(held.end.report.state()))
    absl::StrAppend(&attempt->unconfirmed, " after the step had failed (", held.end.report.reason(), ")");
  for (size_t i = guarded_.size(); i-- > 0;) {
    const PlanStep& guarded = plan_.steps(guarded_[i]);
    const StepType* type = host_.find_type(guarded.body());
    const bool restart = guarded.body().has_unit() && type != nullptr && !type->ObservableAfter(guarded.body());
    attempt->restores.push_back({.id = guarded.id(),
                                 .source = host_.store.UndoOf(id(), guarded.index()),
                                 .body = guarded.body(),
                                 .again = guarded.handler() || restart});
  }
  if (unheard_ == nullptr) unheard_ = std::make_unique<RunLog>(id(), host_.clock, 64 * 1024, 0, [] {});
  attempt->reporter =
      std::make_unique<AttemptReporter>(*unheard_, host_.clock, redactor_, step.index(), held.attempt, host_.wake);
  attempt->undo = host_.store.Undo(id(), step.index(), step.body());
  running_[position] = attempt;
  host_.executor.Start(attempt, [inbox = inbox_, wake = host_.wake, position, number = held.attempt](AttemptEnd end) {
    {
      MutexLock lock(&inbox->mu);
      inbox->ended.push_back({position, number, std::move(end)});
    }
    wake();
  });
}

// What Recover found: every guarded step with an intent and no result may keep its engine out.
void Run::FindOpenGuards(const std::map<int, JournalRecord>& waits) {
  if (PE_MUTANT(forget_guard)) return;
  for (const JournalRecord& result : recovered_->results) {
    if (Guarded(result.position) && result.attempt > 0) guarded_.push_back(result.position);
  }
  const MonoMicros now = host_.clock.Mono();
  for (const auto& [position, intent] : recovered_->intents) {
    if (!Guarded(position) || done_) continue;
    guarded_.push_back(position);
    Held& held = held_[position];
    held.attempt = intent.attempt;
    held.deadline = now + plan_.steps(position).guard_us();
    const auto wait = waits.find(position);
    if (wait == waits.end() || wait->second.attempt != intent.attempt) continue;
    const std::pair<std::string, std::string> words = absl::StrSplit(wait->second.payload, absl::MaxSplits(' ', 1));
    MonoMicros deadline = 0;
    if (!absl::SimpleAtoi(words.first, &deadline)) continue;
    if (deadline == kConfirmed) {
      held_.erase(position);
    } else if (deadline == kRestoring) {
      held.doomed = true;
      held.deadline = now;
    } else if (words.second == host_.boot) {  // another boot has another monotonic clock
      held.deadline = std::min(held.deadline, deadline);
    }
  }
}

void Run::OpenJournal() {
  if (journal_ == nullptr) journal_ = std::make_unique<Journal>(host_.store, std::move(stored_), epoch_);
}

// Nobody is told yet: the result is in the journal, and Continue makes its report.
void Run::RestoredAfterCrash(int position, const AttemptEnd& end, MonoMicros now) {
  const int attempt = held_[position].attempt;
  held_.erase(position);
  OpenJournal();
  journal_->Result(position, attempt, 0, end.report, true).IgnoreError();
  JournalRecord& result = recovered_->results.emplace_back();
  result.kind = JournalRecord::Kind::kResult;
  result.position = position;
  result.attempt = attempt;
  result.payload = end.report.SerializeAsString();
  recovered_->intents.erase(position);
  if (Restoring() || recovered_->resume.empty()) return;
  const Resume resume = recovered_->resume.front();
  Continue(resume, recovered_->epoch, now);
}

}  // namespace pe::agent
