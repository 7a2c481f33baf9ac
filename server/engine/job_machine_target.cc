// JobMachine: connecting to, planning and ending one target.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/text.h"
#include "server/engine/address.h"
#include "server/engine/job_machine.h"
#include "server/engine/proto_time.h"
#include "server/engine/transitions.h"

namespace pe {

using provision::v1::Event;
using provision::v1::Facts;
using provision::v1::Job;
using provision::v1::StepStatus;

std::string JobMachine::RunId(int target) const {
  return absl::StrCat(StageRun(id().str(), target, runs_[target].stage), RollsBack(target) ? "/undo" : "");
}

const std::string& JobMachine::PlaceOf(int target) const {
  const Run& run = runs_[target];
  const std::string& on = run.places[run.stage].on;
  return on.empty() ? job_.targets(target).resource() : on;
}

void JobMachine::SetPhase(int target, Phase phase) {
  const auto active = [](Phase p) { return p == Phase::kConnecting || p == Phase::kBackoff || p == Phase::kRunning; };
  active_ += active(phase) - active(runs_[target].phase);
  runs_[target].phase = phase;
  unsettled_ = true;
}

void JobMachine::ReleasePlace(int target) {
  const auto held = working_.find(PlaceOf(target));
  if (held != working_.end() && held->second == target) working_.erase(held);
}

void JobMachine::SetTargetState(int target, Job::State state, const std::string& reason, const std::string& code,
                                Now now) {
  const auto& current = job_.targets(target);
  if (current.state() == state && current.reason() == reason) return;
  Event event;
  event.set_target(target);
  event.set_step(-1);
  event.mutable_state()->set_state(state);
  event.mutable_state()->set_reason(reason);
  event.mutable_state()->set_reason_code(code);
  if (state == Job::PLANNING && current.transport().empty()) {
    event.mutable_state()->set_transport(
        std::string(absl::string_view(current.address()).substr(0, current.address().find(':'))));
  }
  Record(std::move(event), now);
  unsettled_ = true;
}

// Why the target's stage may not begin yet, as a sentence; empty when it may.
std::string JobMachine::WhyWaits(int target) const {
  const std::string& place = PlaceOf(target);
  const auto ticket = tickets_.find(place);
  if (ticket == tickets_.end()) return absl::StrCat("waits for a place in the queue of ", place);
  if (ticket->second) return absl::StrCat("queued behind jobs/", ticket->second->str(), " on ", place);
  const auto held = working_.find(place);
  if (held != working_.end() && held->second != target) {
    return absl::StrCat(place, " is in use by ", job_.targets(held->second).resource(), " of this job");
  }
  if (job_.parallelism() > 0 && active_ >= job_.parallelism()) {
    return absl::StrCat("waits for its turn: ", job_.parallelism(), " targets at a time");
  }
  return "";
}

void JobMachine::Connect(int target, Now now) {
  Run& run = runs_[target];
  working_[PlaceOf(target)] = target;
  const int wave = job_.targets(target).wave();
  if (wave < job_.waves_size() && job_.waves(wave).state() == Job::PENDING) SetWave(wave, Job::RUNNING, "", "", now);
  if (run.give_up == 0) run.give_up = now.mono + (run.planned ? limits_.reconnect_us : limits_.first_contact_us);
  if (run.planned && job_.targets(target).state() == Job::QUEUED) SetTargetState(target, Job::RUNNING, "", "", now);
  if (!run.planned && !RollsBack(target))
    SetTargetState(target, Job::PLANNING, run.attempts == 0 ? "" : job_.targets(target).reason(), "", now);
  if (run.stage == 0 && run.attempts == 0 && !run.planned && job_.mode() == Job::APPLY) {
    out_.effects.push_back(ResourceEffect{.resource = job_.targets(target).resource(),
                                          .state = provision::v1::Resource::PROVISIONING,
                                          .reason = job_.name()});
  }
  ++run.attempts;
  ++run.connection;
  SetPhase(target, Phase::kConnecting);
  out_.effects.push_back(ConnectEffect{PeerOf(target), PlaceOf(target), run.places[run.stage].host_side});
}

void JobMachine::OnOpened(int target, const provision::agent::v1::Hello& hello, const std::vector<OwedHandler>& owed,
                          Now now) {
  Run& run = runs_[target];
  if (run.phase != Phase::kConnecting) return;
  run.attempts = 0;
  run.give_up = 0;
  SetPhase(target, Phase::kRunning);
  if (run.planned) {
    out_.effects.push_back(WelcomeEffect{PeerOf(target), RunId(target), run.last_report, EndedSteps(target)});
    run.confirmed.clear();
    for (const auto& guard : hello.open_guards()) {
      if (guard.run() != RunId(target)) continue;
      run.confirmed.insert(guard.step());
      out_.effects.push_back(ConfirmGuardEffect{PeerOf(target), guard});
    }
    const auto known = [&](const auto& open) { return open.run() == RunId(target); };
    // A run that the agent does not know has never begun: its journal goes only when we say that the end is durable.
    const bool begun = std::any_of(hello.open_runs().begin(), hello.open_runs().end(), known);
    // Before a cancelled one is called so, the host must have taken our epoch: an engine that had this job before us
    // and does not know that it is over could still begin it. The agent's UNKNOWN_RUN comes after our Welcome.
    const bool stopped = run.last_report == 0 && !RollsBack(target) && (job_.cancel_requested() || timed_out_);
    if (!begun && !stopped) out_.effects.push_back(RunEffect{PeerOf(target), run.plan});
    if (RollsBack(target)) {
      SetTargetState(target, Job::ROLLING_BACK, WhyFailed(target), "STEP_FAILED", now);
    } else if (job_.cancel_requested() || timed_out_) {
      out_.effects.push_back(CancelRunEffect{PeerOf(target), RunId(target), force_});
    } else {
      SetTargetState(target, Job::RUNNING, "", "", now);
    }
  } else {
    out_.effects.push_back(WelcomeEffect{PeerOf(target), "", 0, {}});
    if (!Plan(target, hello.facts(), owed, now)) ReleasePlace(target);
  }
  Settle(now);
}

// Makes and stores the current stage's plan. False when the target has ended by it.
bool JobMachine::Plan(int target, const Facts& facts, const std::vector<OwedHandler>& owed, Now now) {
  Run& run = runs_[target];
  if (run.undoing) return PlanUndoStage(target, now);
  const auto& status = job_.targets(target);
  const StagePlace& place = run.places[run.stage];
  if (place.on.empty() && !place.host_side) {
    Event event;
    event.set_target(target);
    event.set_step(-1);
    *event.mutable_facts() = facts;
    Record(std::move(event), now);
    run.target_facts = {facts};
  } else if (run.target_facts.empty() && status.has_facts()) {
    run.target_facts = {status.facts()};
  }
  Variables variables;
  for (const auto& declared : job_.spec().variables()) {
    if (declared.type() == provision::v1::Variable::SECRET) variables.secret_names.push_back(declared.name());
  }
  for (const auto& [name, value] : job_.variables()) variables.values[name] = value;
  for (const std::string& secret : variables.secret_names) variables.values.erase(secret);

  PlanInput input;
  input.spec = &job_.spec();
  input.variables = &variables;
  input.facts = &facts;
  input.target_facts = run.target_facts.empty() ? nullptr : &run.target_facts.front();
  input.resource = status.resource();
  const auto address = ParseAddress(status.address());
  if (address.ok()) input.host = address->host, input.transport = address->transport, input.root = address->path;
  input.root_login = address.ok() && address->user == "root";
  input.mode = job_.mode();
  input.on_failure = job_.on_failure();
  input.from_step = job_.from_step();
  input.parent = job_.parent();
  input.place = PlaceOf(target);
  AddOwed(target, owed, &input);
  input.stage = run.stage;
  input.rollout = &job_.rollout();
  input.first_index = status.steps_size();
  absl::StatusOr<StagePlan> plan = PlanStage(input);
  if (!plan.ok()) {
    EndTarget(target, Job::FAILED, absl::StrCat("no plan can be made: ", std::string(plan.status().message())),
              "PLAN_FAILED", now);
    return false;
  }

  Event event;
  event.set_target(target);
  event.set_step(-1);
  event.mutable_planned()->set_stage(run.stage);
  event.mutable_planned()->set_stages(static_cast<int>(run.places.size()));
  run.plan.Clear();
  run.plan.set_run(RunId(target));
  run.plan.set_observe_only(job_.mode() == Job::PLAN);
  run.plan.set_traceparent(job_.traceparent());
  for (PlannedStep& step : plan->steps) {
    *event.mutable_planned()->add_steps() = std::move(step.status);
    if (event.planned().steps().rbegin()->state() == StepStatus::PENDING) *run.plan.add_steps() = std::move(step.step);
  }
  Record(std::move(event), now);
  for (provision::v1::Warning& warning : plan->warnings) {
    Event note;
    note.set_target(target);
    note.set_step(-1);
    *note.mutable_warning() = std::move(warning);
    Record(std::move(note), now);
  }
  SetTargetState(target, Job::RUNNING, "", "", now);
  run.planned = true;
  run.last_report = 0;
  if (run.plan.steps_size() == 0) {
    provision::agent::v1::RunDone nothing;
    nothing.set_outcome(provision::agent::v1::RunDone::SUCCEEDED);
    StageDone(target, nothing, now);
    return true;
  }
  out_.private_rows[absl::StrCat("plan/", target)] = run.plan.SerializeAsString();
  StoreRun(target);
  out_.effects.push_back(RunEffect{PeerOf(target), run.plan});
  return true;
}

void JobMachine::StoreRun(int target) {
  out_.private_rows[absl::StrCat("run/", target)] =
      absl::StrCat(runs_[target].stage, " ", runs_[target].last_report, RollsBack(target) ? " undo" : "");
}

void JobMachine::StageDone(int target, const provision::agent::v1::RunDone& done, Now now) {
  using Done = provision::agent::v1::RunDone;
  Run& run = runs_[target];
  if (run.last_report > 0) out_.effects.push_back(ForgetEffect{PeerOf(target), RunId(target)});
  out_.private_rows[absl::StrCat("plan/", target)] = "";
  const bool stop = job_.cancel_requested() || timed_out_;
  if (run.undoing && done.outcome() != Done::CANCELLED) return UndoStageDone(target, now);
  if (done.outcome() == Done::FAILED && WantsRollback(target)) return BeginUndo(target, now);
  if (done.outcome() == Done::FAILED) return EndTarget(target, Job::FAILED, WhyFailed(target), "STEP_FAILED", now);
  if (done.outcome() == Done::CANCELLED || (stop && run.stage + 1 < static_cast<int>(run.places.size()))) {
    return EndTarget(target, StoppedState(), "", "", now);
  }
  const auto& steps = job_.targets(target).steps();
  const bool would_make_root = job_.mode() == Job::PLAN && run.places[run.stage].host_side && !steps.empty() &&
                               steps.rbegin()->state() == StepStatus::CHANGED;
  if (run.stage + 1 == static_cast<int>(run.places.size()) || would_make_root) {
    const std::string note = would_make_root ? "what follows is not known before the root filesystem is there" : "";
    return EndTarget(target, Job::SUCCEEDED, note, "", now);
  }
  GoToStage(target, run.stage + 1);
}

void JobMachine::GoToStage(int target, int stage) {
  Run& run = runs_[target];
  out_.effects.push_back(DisconnectEffect{PeerOf(target)});
  ReleasePlace(target);
  run.stage = stage;
  run.planned = false;
  run.last_report = 0;
  run.attempts = 0;
  run.give_up = 0;
  StoreRun(target);
  SetPhase(target, Phase::kIdle);
}

void JobMachine::OnTargetError(int target, const std::string& code, const std::string& message, Now now) {
  if (IsTerminal(job_.state()) || runs_[target].phase == Phase::kEnded) return;
  // Both may be a host's words.
  EndTarget(target, Job::FAILED, Shorten(message, 8 * 1024), Shorten(code, 64), now);
  Settle(now);
}

void JobMachine::OnClosed(int target, const CloseReason& reason, Now now) {
  Run& run = runs_[target];
  if (IsTerminal(job_.state()) || (run.phase != Phase::kConnecting && run.phase != Phase::kRunning)) return;
  if (reason.code == "HOST_KEY_UNKNOWN" && !run.planned) {
    const std::string& place = PlaceOf(target);
    out_.effects.push_back(ResourceEffect{.resource = place, .offered_host_key = reason.offered_host_key});
    ReleasePlace(target);
    SetPhase(target, Phase::kTrust);
    SetTargetState(target, Job::PAUSED,
                   absl::StrCat("the host key ", reason.offered_host_key,
                                " is not known; compare it on the host, then: pe resource trust ",
                                std::string(absl::StripPrefix(place, "resources/")), " ", reason.offered_host_key),
                   reason.code, now);
  } else if (reason.retryable || reason.code == "CONNECTION_LOST" ||
             (GuardWaits(target) && reason.code != "HOST_KEY_CHANGED")) {
    // What a guarded step keeps us out with, a refused login say, goes when the host undoes it.
    Retry(target, reason, now);
  } else {
    GiveUp(target, reason, now);
  }
  Settle(now);
}

void JobMachine::Retry(int target, const CloseReason& reason, Now now) {
  Run& run = runs_[target];
  const bool stopping = job_.cancel_requested() || timed_out_;
  if (run.give_up == 0)
    run.give_up = now.mono + (stopping      ? limits_.cancel_reconnect_us
                              : run.planned ? limits_.reconnect_us
                                            : limits_.first_contact_us);
  const int64_t backoff = std::min(limits_.longest_backoff_us, limits_.first_backoff_us << std::min(run.attempts, 10));
  if (now.mono + backoff >= run.give_up) return GiveUp(target, reason, now);
  run.wake = now.mono + backoff;
  SetPhase(target, Phase::kBackoff);
  const Job::State state = job_.targets(target).state();
  SetTargetState(target, state, absl::StrCat(reason.message, "; trying again"), reason.code, now);
}

void JobMachine::GiveUp(int target, const CloseReason& reason, Now now) {
  const bool wrong_host = reason.code == "HOST_KEY_CHANGED";
  if (RollsBack(target)) return GiveUpRollback(target, reason, now);
  const Job::State state = wrong_host ? Job::FAILED : Job::UNREACHABLE;
  EndTarget(target, state, reason.message, reason.code, now);
}

void JobMachine::CancelTarget(int target, Now now) {
  Run& run = runs_[target];
  if (RollsBack(target) && run.phase != Phase::kEnded) {  // it is stopping already, and half undone is worse
    if (run.give_up != 0) run.give_up = std::min(run.give_up, now.mono + limits_.cancel_reconnect_us);
    return;
  }
  switch (run.phase) {
    case Phase::kEnded:
      return;
    case Phase::kIdle:
      if (run.planned) return;  // StartWhatCan connects to it
      break;
    case Phase::kRunning:
      if (run.planned) {
        SetTargetState(target, Job::CANCELLING, "", "", now);
        out_.effects.push_back(CancelRunEffect{PeerOf(target), RunId(target), force_});
        return;
      }
      break;
    case Phase::kConnecting:
    case Phase::kBackoff:
      if (run.planned) {  // work may be running on the host: it is asked to stop as soon as it answers
        SetTargetState(target, Job::CANCELLING, "the host does not answer", "UNREACHABLE", now);
        run.give_up = std::min(run.give_up, now.mono + limits_.cancel_reconnect_us);
        return;
      }
      break;
    default:
      break;
  }
  EndTarget(target, StoppedState(), "", "", now);
}

std::string JobMachine::WhyFailed(int target) const {
  for (const StepStatus& step : job_.targets(target).steps()) {
    if (step.state() == StepStatus::FAILED) {
      const std::string& why = step.result().message().empty() ? step.reason() : step.result().message();
      return absl::StrCat("step '", step.id(), "' failed", why.empty() ? "" : ": ", why);
    }
    if (step.state() == StepStatus::OUTCOME_UNKNOWN)
      return absl::StrCat("the outcome of step '", step.id(), "' is not known");
  }
  return "the agent reported a failure";
}

void JobMachine::EndTarget(int target, Job::State state, const std::string& reason, const std::string& code, Now now) {
  const bool cancelled = state == Job::CANCELLED || state == Job::TIMED_OUT;
  for (int i = 0; i < job_.targets(target).steps_size(); ++i) {
    const StepStatus::State was = job_.targets(target).steps(i).state();
    if (IsTerminal(was)) continue;
    Event event;
    event.set_target(target);
    event.set_step(i);
    // A step that had begun when its host was lost may or may not have had its effect; nobody knows, so nobody says.
    const bool begun = was == StepStatus::RUNNING || was == StepStatus::RETRYING ||
                       (was == StepStatus::WAITING && job_.targets(target).steps(i).attempt() > 0);
    // A newer engine has the host: it may have gone on with them all.
    const bool unknown = begun || code == "STALE_EPOCH";
    event.mutable_step_state()->set_state(unknown     ? StepStatus::OUTCOME_UNKNOWN
                                          : cancelled ? StepStatus::CANCELLED
                                                      : StepStatus::SKIPPED);
    event.mutable_step_state()->set_reason(begun ? "its end was not seen" : cancelled ? "" : reason);
    Record(std::move(event), now);
  }
  if (job_.targets(target).state() == Job::PENDING && !cancelled) SetTargetState(target, Job::PLANNING, "", "", now);
  SetTargetState(target, state, reason, code, now);
  Run& run = runs_[target];
  if (run.phase == Phase::kConnecting || run.phase == Phase::kRunning)
    out_.effects.push_back(DisconnectEffect{PeerOf(target)});
  ReleasePlace(target);
  SetPhase(target, Phase::kEnded);
  // A host of a wave that never began is as it was.
  if (job_.mode() == Job::PLAN || (job_.waves_size() > 0 && !job_.targets(target).has_start_time())) return;
  OweAtEnd(target, state, now);
  ResourceEffect effect{.resource = job_.targets(target).resource()};
  effect.state = state == Job::SUCCEEDED ? provision::v1::Resource::READY : provision::v1::Resource::FAILED;
  effect.reason =
      state == Job::SUCCEEDED ? "" : absl::StrCat(job_.name(), ": ", reason.empty() ? Job::State_Name(state) : reason);
  effect.facts = run.target_facts;
  out_.effects.push_back(std::move(effect));
}

}  // namespace pe
