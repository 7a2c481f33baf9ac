// JobMachine: what an agent says. Hosts are not trusted: a report is looked at before it becomes an event.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/mutant.h"
#include "base/text.h"
#include "server/engine/job_machine.h"
#include "server/engine/proto_time.h"
#include "server/engine/transitions.h"

namespace pe {
namespace {

using AgentReport = provision::agent::v1::Report;  // not the engine's own Report, which collects violations
using provision::v1::Event;
using provision::v1::Job;
using provision::v1::StepStatus;

constexpr size_t kMaxMessage = 8 * 1024;  // a sentence, not a log
constexpr size_t kMaxTail = 64 * 1024;    // last lines of a failed step
constexpr size_t kMaxOutputPiece = 64 * 1024;
constexpr size_t kMaxDiff = 256 * 1024;

// Of times that a host may make up: a year, which can be added to and shown.
constexpr int64_t kMaxWait = 366LL * 24 * 3600 * kMicrosPerSecond;

// Cut where a character ends: a text that is not UTF-8 could be stored and not be read again.
std::string Bounded(const std::string& text, size_t max) { return Shorten(text, max); }
int64_t BoundedMicros(int64_t micros) { return std::clamp<int64_t>(micros, 0, kMaxWait); }

void CopyStepState(const AgentReport& report, Now now, provision::v1::StepChanged* out) {
  const auto& in = report.step_state();
  out->set_state(static_cast<StepStatus::State>(in.state()));
  out->set_reason(Bounded(in.reason(), kMaxMessage));
  if (in.next_attempt_us() > 0) {
    *out->mutable_next_attempt_time() = ToTimestamp(now.wall + BoundedMicros(in.next_attempt_us()));
  }
  if (!IsTerminal(out->state()) && out->state() != StepStatus::RETRYING) return;
  auto* result = out->mutable_result();
  result->set_message(Bounded(in.message(), kMaxMessage));
  if (in.has_exit_code()) result->set_exit_code(in.exit_code());
  result->set_signal(in.signal());
  result->set_error_code(Bounded(in.error_code(), 64));
  result->set_hint(Bounded(in.hint(), kMaxMessage));
  result->set_output_tail(Bounded(in.output_tail(), kMaxTail));
  for (const auto& [key, value] : in.values()) {
    if (result->values_size() < 64) (*result->mutable_values())[Bounded(key, 64)] = Bounded(value, kMaxMessage);
  }
  *result->mutable_duration() = ToDuration(BoundedMicros(in.duration_us()));
  result->set_undo_recorded(in.undo_recorded());
}

}  // namespace

// What the engine has stored of a stage, for an agent that may have lost its journal.
std::vector<provision::agent::v1::EndedStep> JobMachine::EndedSteps(int target) const {
  std::vector<provision::agent::v1::EndedStep> out;
  const auto& steps = job_.targets(target).steps();
  for (int i = 0; i < steps.size(); ++i) {
    const bool begun = steps[i].state() == StepStatus::RUNNING;
    if (steps[i].stage() != runs_[target].stage || !(begun || IsTerminal(steps[i].state()))) continue;
    out.emplace_back();
    out.back().set_step(i);
    out.back().set_state(steps[i].state());
    out.back().set_attempt(steps[i].attempt());
  }
  return out;
}

bool JobMachine::Believable(int target, const AgentReport& report) const {
  const auto& steps = job_.targets(target).steps();
  if (report.step() < -1 || report.step() >= steps.size()) return false;
  const bool about_step = report.kind_case() == AgentReport::kStepState ||
                          report.kind_case() == AgentReport::kProgress || report.kind_case() == AgentReport::kOutput ||
                          report.kind_case() == AgentReport::kDiff;
  if (about_step && (report.step() < 0 || steps[report.step()].stage() != runs_[target].stage)) return false;
  if (report.kind_case() == AgentReport::kNotified) {
    const int handler = report.notified().handler();
    return handler >= 0 && handler < steps.size() && steps[handler].handler();
  }
  if (report.kind_case() != AgentReport::kStepState) return report.kind_case() != AgentReport::KIND_NOT_SET;
  const auto to = static_cast<StepStatus::State>(report.step_state().state());
  return StepStatus::State_IsValid(to) && Allowed(kStepTransitions, steps[report.step()].state(), to);
}

void JobMachine::OnReport(int target, const AgentReport& report, Now now) {
  Run& run = runs_[target];
  if (run.phase != Phase::kRunning || !run.planned || report.run() != RunId(target)) return;
  if (report.seq() > run.last_report + 1 &&
      !PE_MUTANT(accept_gap)) {  // something is missing: a new connection resumes from what is stored
    out_.effects.push_back(DisconnectEffect{PeerOf(target)});
    Retry(target, CloseReason{"PROTOCOL_ERROR", "the agent's reports have a gap", "", true}, now);
    return Settle(now);
  }
  const bool twice = PE_MUTANT(accept_twice) && report.seq() == run.last_report;
  if (report.seq() > run.last_report || twice) {
    if (!Believable(target, report)) {
      EndTarget(target, provision::v1::Job::FAILED,
                absl::StrCat("the agent reported something impossible (report ", report.seq(), ")"), "PROTOCOL_ERROR",
                now);
      return Settle(now);
    }
    run.last_report = report.seq();
    if (report.has_done()) {
      // Its own list, of positions: the report that said so may have been lost with the host's power.
      for (const int position : report.done().pending_handlers()) {
        if (position < 0 || position >= run.plan.steps_size()) continue;
        const int step = run.plan.steps(position).index();
        if (job_.targets(target).steps(step).handler()) UpdatePending(target, step, true, now);
      }
      StageDone(target, report.done(), now);
      return Settle(now);
    }
    RecordStep(target, report, now);
    StoreRun(target);
    // A connection that is still open proves nothing about new ones.
    if (report.step_state().guard_us() > 0 && run.confirmed.count(report.step()) == 0) {
      out_.effects.push_back(DisconnectEffect{PeerOf(target)});
      Connect(target, now);
      return Settle(now);
    }
  }
  // One acknowledgement for all reports of a batch.
  AckEffect ack{PeerOf(target), report.run(), run.last_report};
  if (!out_.effects.empty() && std::holds_alternative<AckEffect>(out_.effects.back()) &&
      std::get<AckEffect>(out_.effects.back()).peer.target == target) {
    out_.effects.back() = std::move(ack);
  } else {
    out_.effects.push_back(std::move(ack));
  }
}

void JobMachine::RecordStep(int target, const AgentReport& report, Now now) {
  if (report.has_notified()) return UpdatePending(target, report.notified().handler(), true, now);
  Event event;
  event.set_target(target);
  event.set_step(report.step());
  event.set_attempt(report.attempt());
  switch (report.kind_case()) {
    case AgentReport::kStepState:
      CopyStepState(report, now, event.mutable_step_state());
      break;
    case AgentReport::kProgress:
      event.mutable_progress()->set_current(report.progress().current());
      event.mutable_progress()->set_total(report.progress().total());
      event.mutable_progress()->set_unit(Bounded(report.progress().unit(), 32));
      event.mutable_progress()->set_message(Bounded(report.progress().message(), 512));
      break;
    case AgentReport::kOutput:
      event.mutable_output()->set_stream(report.output().stream() == 2 ? provision::v1::Output::STDERR
                                                                       : provision::v1::Output::STDOUT);
      event.mutable_output()->set_offset(report.output().offset());
      event.mutable_output()->set_data(report.output().data().substr(0, kMaxOutputPiece));
      event.mutable_output()->set_dropped(report.output().dropped());
      break;
    case AgentReport::kDiff:
      event.mutable_diff()->set_text(Bounded(report.diff().text(), kMaxDiff));
      event.mutable_diff()->set_truncated(report.diff().truncated() || report.diff().text().size() > kMaxDiff);
      break;
    case AgentReport::kWarning:
      event.mutable_warning()->set_code(Bounded(report.warning().code(), 64));
      event.mutable_warning()->set_message(Bounded(report.warning().message(), kMaxMessage));
      break;
    default:
      return;
  }
  const bool handler_ended =
      report.has_step_state() && report.step() >= 0 && job_.targets(target).steps(report.step()).handler() &&
      (report.step_state().state() == StepStatus::CHANGED || report.step_state().state() == StepStatus::UNCHANGED);
  const int step = event.step();
  Record(std::move(event), now);
  if (handler_ended) UpdatePending(target, step, false, now);
  if (report.has_step_state()) SettleOwed(target, step, now);
}

// The pending list is an obligation: it is written before the handler runs and shortened only when it has.
void JobMachine::UpdatePending(int target, int step, bool pending, Now now) {
  const auto& status = job_.targets(target);
  const std::string& id = status.steps(step).id();
  const auto& list = status.pending_handlers();
  const bool listed = std::find(list.begin(), list.end(), id) != list.end();
  if (listed == pending) return;
  Event event;
  event.set_target(target);
  event.set_step(-1);
  for (const StepStatus& s : status.steps()) {
    const bool keep = s.id() == id ? pending : s.handler() && std::find(list.begin(), list.end(), s.id()) != list.end();
    if (keep) event.mutable_handlers()->add_pending(s.id());
  }
  if (event.handlers().pending_size() == 0) event.mutable_handlers();
  Record(std::move(event), now);
}

void JobMachine::OnRefused(int target, const provision::agent::v1::Refused& refused, Now now) {
  if (!refused.run().empty() && refused.run() != RunId(target))
    return;  // about a run of an earlier job, being tidied up
  const bool stopping = job_.cancel_requested() || timed_out_;
  if (refused.code() == "UNKNOWN_RUN" && stopping && runs_[target].phase == Phase::kRunning) {
    EndTarget(target, StoppedState(), "", "", now);
    return Settle(now);
  }
  OnTargetError(target, refused.code().empty() ? "REFUSED" : refused.code(),
                absl::StrCat("the agent refused: ", refused.message()), now);
}

void JobMachine::OnSecretsNeeded(int target, Now) {
  if (runs_[target].phase == Phase::kRunning && runs_[target].planned)
    out_.effects.push_back(SecretsEffect{PeerOf(target), runs_[target].plan});
}

void JobMachine::OnFetching(int target, const std::string& what, Now now) {
  if (runs_[target].phase != Phase::kRunning || job_.targets(target).state() != Job::RUNNING) return;
  SetTargetState(target, Job::RUNNING, what, what.empty() ? "" : "FETCHING", now);
  Settle(now);
}

void JobMachine::OnWithdrawn(int target, Now now) {
  if (runs_[target].phase != Phase::kRunning || !(job_.cancel_requested() || timed_out_)) return;
  EndTarget(target, StoppedState(), "", "", now);
  Settle(now);
}

bool JobMachine::GuardWaits(int target) const {
  const auto& steps = job_.targets(target).steps();
  return std::any_of(steps.begin(), steps.end(),
                     [](const StepStatus& step) { return step.has_guard() && step.state() == StepStatus::WAITING; });
}

}  // namespace pe
