// EngineCore: what earlier jobs owe to a host. Before a job begins on a host, the runs that went on there after their
// jobs had ended (the host was lost) are stopped and heard to their end: only the host knows which handlers they owe
// and which have run.
#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/mutant.h"
#include "server/engine/engine_core.h"
#include "server/engine/errors.h"
#include "server/engine/owed.h"
#include "server/engine/proto_time.h"

namespace pe {
namespace {

using provision::agent::v1::Frame;
using provision::agent::v1::OpenRun;
using AgentReport = provision::agent::v1::Report;  // not the engine's own Report, which collects violations
using provision::v1::Job;
using provision::v1::Resource;
using provision::v1::StepStatus;
using provision::v1::Target;

constexpr int kMaxWaivedHandlers = 20;

// Steps whose end came from the host; what the engine made of the others when it gave up is not for the host.
void AddEnded(const Target& target, int stage, provision::agent::v1::Resume* resume) {
  for (int i = 0; i < target.steps_size(); ++i) {
    const StepStatus& step = target.steps(i);
    if (step.stage() != stage || !(EndedWell(step.state()) || step.state() == StepStatus::FAILED)) continue;
    auto* ended = resume->add_ended();
    ended->set_step(i);
    ended->set_state(step.state());
    ended->set_attempt(step.attempt());
  }
}

void SetPending(const std::string& handler, bool pending, Target* target) {
  auto* list = target->mutable_pending_handlers();
  const auto found = std::find(list->begin(), list->end(), handler);
  if (pending && found == list->end()) *list->Add() = handler;
  if (!pending && found != list->end()) list->erase(found);
}

// What a run owes after its end, and what of that its job still had as owed. A plan's run says what would be: it has
// run no handler.
std::vector<Obligation> Outcome(const StaleRun& stale, WallMicros now) {
  std::vector<Obligation> out;
  if (stale.job.mode() == Job::PLAN && !PE_MUTANT(plan_settles_handlers)) return out;
  const Target& target = stale.job.targets(stale.target);
  for (const StepStatus& step : target.steps()) {
    if (step.handler() && EndedWell(step.state())) out.push_back(NotOwed(stale.job, target, step));
  }
  for (Obligation& one : OwedAtEnd(stale.job, stale.target, now)) {
    const bool own = one.handler.job() == stale.job.name();
    one.told = !own || stale.told.contains(one.handler.handler());
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

void EngineCore::Opened(Entry& entry, Link& link, const provision::agent::v1::Hello& hello) {
  JobMachine& machine = *entry.machine;
  const int target = link.target();
  machine.OnOpened(target, hello,
                   machine.WantsOwed(target) ? OwedOn(machine.PlaceOf(target)) : std::vector<OwedHandler>(), now());
  Mark(link.job());
}

std::vector<OwedHandler> EngineCore::OwedOn(const std::string& resource) const {
  std::vector<OwedHandler> out;
  const Resource* const host = inventory_.Find(resource);
  if (host == nullptr) return out;
  std::map<std::string, std::shared_ptr<const Job>> jobs;
  for (const auto& pending : host->pending_handlers()) {
    const auto [at, fresh] = jobs.try_emplace(pending.job());
    if (fresh) {
      auto job = store_->GetJob(JobId(std::string(absl::StripPrefix(pending.job(), "jobs/"))), JobDetail::kFull);
      if (job.ok()) at->second = std::make_shared<const Job>(*std::move(job));
    }
    out.push_back({pending.handler(), pending.job(), at->second, pending.outcome_unknown()});
  }
  return out;
}

// Stored with the batch that is being made.
void EngineCore::Record(const std::vector<Obligation>& obligations) {
  for (const Obligation& obligation : obligations) {
    const Resource* const current = inventory_.Find(obligation.resource);
    if (current == nullptr) continue;  // removed meanwhile
    Resource next = *current;
    if (!Apply(obligation, &next)) continue;
    Touch(&next, clock_->Wall());
    inventory_.Put(next);
    changed_resources_[next.name()] = std::move(next);
  }
}

// False when there is nothing to wait for.
bool EngineCore::BeginSettling(Entry& entry, Link& link, const provision::agent::v1::Hello& hello) {
  Frame frame;
  frame.mutable_welcome()->set_engine_id(lease_.engine_id);
  frame.mutable_welcome()->set_epoch(lease_.epoch);
  std::vector<OpenRun> rest;
  for (OpenRun& run : link.stale_runs) {
    const std::vector<std::string> parts = absl::StrSplit(run.run(), '/');
    StaleRun stale;
    int stage = 0;
    const bool told = run.done() && run.acked_seq() == run.last_seq();
    if (told || parts.size() != 3 || !absl::SimpleAtoi(parts[1], &stale.target) ||
        !absl::SimpleAtoi(parts[2], &stage)) {
      rest.push_back(std::move(run));
      continue;
    }
    auto job = store_->GetJob(JobId(parts[0]), JobDetail::kFull);
    if (!job.ok() || stale.target < 0 || stale.target >= job->targets_size()) {
      rest.push_back(std::move(run));
      continue;
    }
    stale.job = *std::move(job);
    const auto& pending = stale.job.targets(stale.target).pending_handlers();
    stale.told.insert(pending.begin(), pending.end());
    auto* resume = frame.mutable_welcome()->add_resume();
    resume->set_run(run.run());
    resume->set_after_seq(run.acked_seq());
    stale.last_report = run.acked_seq();
    AddEnded(stale.job.targets(stale.target), stage, resume);
    link.settling[run.run()] = std::move(stale);
  }
  if (link.settling.empty()) {
    link.stale_runs = std::move(rest);
    return false;
  }
  Send(entry, link.peer(), frame);
  for (const auto& guard : std::exchange(link.stale_guards, {})) ConfirmGuard(entry, link.peer(), guard);
  // Also those that have ended: another engine may have had one forgotten meanwhile, which only a refusal tells.
  for (const auto& [run, stale] : link.settling) Do(link.job(), entry, CancelRunEffect{link.peer(), run, true});
  link.stale_runs = std::move(rest);
  link.hello = hello;
  return true;
}

// Hosts are not trusted: what cannot be is left out. Where something is missing a new connection begins anew.
void EngineCore::OnSettling(const Link& link, StaleRun& stale, const AgentReport& report) {
  if (report.seq() <= stale.last_report) return;
  if (report.seq() > stale.last_report + 1) return link.connection->Close();
  stale.last_report = report.seq();
  Target* const target = stale.job.mutable_targets(stale.target);
  const auto step = [&](int index) {
    return index >= 0 && index < target->steps_size() ? target->mutable_steps(index) : nullptr;
  };
  if (report.has_notified()) {
    const StepStatus* handler = step(report.notified().handler());
    if (handler != nullptr && handler->handler()) SetPending(handler->id(), true, target);
  } else if (report.has_step_state()) {
    StepStatus* const changed = step(report.step());
    if (changed == nullptr || !StepStatus::State_IsValid(report.step_state().state())) return;
    changed->set_state(static_cast<StepStatus::State>(report.step_state().state()));
    changed->set_attempt(report.attempt());
    if (changed->handler() && EndedWell(changed->state())) SetPending(changed->id(), false, target);
  } else if (report.has_done()) {
    Record(Outcome(stale, clock_->Wall()));
    resource_done_.push_back([this, id = link.id(), run = report.run()](const absl::Status& status) {
      if (status.ok()) Settled(id, run);
    });
  }
}

// It is stored what the run has come to.
void EngineCore::Settled(uint64_t id, const std::string& run) {
  Link* link = nullptr;
  Entry* const entry = EntryOf(id, &link);
  if (entry == nullptr || link->settling.erase(run) == 0) return;
  Do(link->job(), *entry, ForgetEffect{link->peer(), run});
  if (!link->settling.empty()) return;
  const provision::agent::v1::Hello hello = std::exchange(link->hello, {});
  Opened(*entry, *link, hello);
}

void EngineCore::WaiveHandlers(provision::v1::WaiveHandlersRequest request, std::string caller,
                               Answer<Resource> answer) {
  Post([this, request = std::move(request), caller = std::move(caller), answer = std::move(answer)] {
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    const Resource* const current = inventory_.Find(request.name());
    if (current == nullptr) return answer(NoSuch("provision.dev/Resource", request.name()));
    Resource next = *current;
    std::vector<std::string> unknown;
    for (const std::string& handler : request.handlers()) {
      bool found = false;
      for (const auto& pending : current->pending_handlers()) {
        if (pending.handler() != handler || (!request.job().empty() && pending.job() != request.job())) continue;
        found = true;
        if (!Apply({next.name(), pending, false}, &next)) continue;  // named twice
        auto* record = next.add_waived_handlers();
        record->set_handler(pending.handler());
        record->set_job(pending.job());
        record->set_caller(caller);
        *record->mutable_time() = ToTimestamp(clock_->Wall());
      }
      if (!found) unknown.push_back(handler);
    }
    if (!unknown.empty()) {
      return answer(Precondition("HANDLER_NOT_OWED",
                                 absl::StrCat("not owed to ", request.name(), ": ", absl::StrJoin(unknown, ", "),
                                              "; `pe resource get` shows what is; nothing was waived")));
    }
    while (next.waived_handlers_size() > kMaxWaivedHandlers) next.mutable_waived_handlers()->DeleteSubrange(0, 1);
    ChangeResource(std::move(next), false, answer);
  });
}

}  // namespace pe
