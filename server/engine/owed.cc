#include "server/engine/owed.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/engine/address.h"
#include "server/engine/proto_time.h"
#include "server/engine/transitions.h"

namespace pe {

using provision::v1::Job;
using provision::v1::PendingHandler;
using provision::v1::Resource;
using provision::v1::StepStatus;
using provision::v1::Target;

namespace {

constexpr absl::string_view kPrefix = "owed.";

const std::string& HostOf(const Target& target, const StepStatus& step) {
  return step.on().empty() ? target.resource() : step.on();
}

Obligation MakeObligation(const Target& target, const StepStatus& step, absl::string_view handler,
                          const std::string& job) {
  Obligation out;
  out.resource = HostOf(target, step);
  out.handler.set_handler(std::string(handler));
  out.handler.set_job(job);
  out.handler.set_title(step.title());
  return out;
}

// Where the earlier job had the handler; null when it has none of that name on that host.
struct Place {
  const Target* target = nullptr;
  const StepStatus* step = nullptr;
};

Place FindHandler(const OwedHandler& owed, const std::string& host) {
  for (const Target& target : owed.of->targets()) {
    for (const StepStatus& step : target.steps()) {
      if (step.handler() && step.id() == owed.handler && HostOf(target, step) == host) return {&target, &step};
    }
  }
  return {};
}

std::vector<std::string> SecretNames(const Job& job) {
  std::vector<std::string> out;
  for (const auto& variable : job.spec().variables()) {
    if (variable.type() == provision::v1::Variable::SECRET) out.push_back(variable.name());
  }
  return out;
}

// The earlier job's plan of the stage that has the handler, beginning with it.
absl::StatusOr<PlannedStep> Replan(const OwedHandler& owed, const Place& place, const PlanInput& input) {
  const Job& job = *owed.of;
  Variables variables;
  variables.secret_names = SecretNames(job);
  for (const auto& [name, value] : job.variables()) variables.values[name] = value;
  for (const std::string& secret : variables.secret_names) variables.values.erase(secret);
  PlanInput earlier;
  earlier.spec = &job.spec();
  earlier.variables = &variables;
  earlier.facts = input.facts;
  earlier.target_facts = place.step->on().empty() ? input.facts : &place.target->facts();
  earlier.resource = place.target->resource();
  const auto address = ParseAddress(place.target->address());
  if (address.ok()) earlier.host = address->host, earlier.transport = address->transport, earlier.root = address->path;
  earlier.root_login = address.ok() && address->user == "root";
  earlier.mode = input.mode;
  earlier.from_step = owed.handler;
  earlier.stage = place.step->stage();
  absl::StatusOr<StagePlan> plan = PlanStage(earlier);
  if (!plan.ok()) return plan.status();
  for (PlannedStep& planned : plan->steps) {
    if (planned.status.id() == owed.handler && planned.status.handler()) return std::move(planned);
  }
  return absl::NotFoundError("it is not in its job's plan any more");
}

bool SecretsAtHand(const OwedHandler& owed, const PlanInput& input) {
  if (owed.of->service() != input.spec->name()) return false;  // the same name may mean another secret there
  const std::vector<std::string>& have = input.variables->secret_names;
  for (const std::string& name : SecretNames(*owed.of)) {
    if (std::find(have.begin(), have.end(), name) == have.end()) return false;
  }
  return true;
}

// As the agent has it: what a command does cannot be looked at.
bool MayRunAgain(const provision::v1::StepBody& body) {
  const auto& exec = body.exec();
  return !body.has_exec() || !exec.creates().empty() || !exec.unless().empty() || !exec.only_if().empty();
}

// Why it cannot run; empty when it is in `out`.
std::string Fill(const OwedHandler& owed, const PlanInput& input, PlannedStep* out) {
  if (owed.of == nullptr) return "the job that owes it cannot be read any more";
  const Place place = FindHandler(owed, input.place);
  if (place.step == nullptr) return "the job that owes it has no such handler on this host";
  out->status.set_kind(place.step->kind());
  out->status.set_title(place.step->title());
  absl::StatusOr<PlannedStep> planned = Replan(owed, place, input);
  if (!planned.ok()) return absl::StrCat("no plan can be made: ", std::string(planned.status().message()));
  if (planned->status.state() != StepStatus::PENDING) return planned->status.reason();
  if (planned->step.has_secrets() && !SecretsAtHand(owed, input))
    return absl::StrCat("it needs a secret of ", owed.job, "; retry that job with it");
  if (owed.outcome_unknown && !MayRunAgain(planned->step.body()))
    return absl::StrCat("it had begun, and whether it had its effect is not known; look on the host, then `pe retry ",
                        owed.job, " --step ", owed.handler, "` runs it");
  *out = *std::move(planned);
  if (place.step->has_guard()) {
    *out->status.mutable_guard() = place.step->guard();
    out->step.set_guard_us(ToMicros(place.step->guard()));
  }
  return "";
}

}  // namespace

bool EndedWell(StepStatus::State state) { return state == StepStatus::CHANGED || state == StepStatus::UNCHANGED; }

Obligation NotOwed(const Job& job, const Target& target, const StepStatus& handler) {
  return MakeObligation(target, handler, handler.id(), job.name());
}

std::vector<Obligation> Inherited(const Target& target, const StepStatus& step, WallMicros now) {
  if (step.inherited_from().empty() || step.attempt() == 0 || !IsTerminal(step.state())) return {};
  Obligation out = MakeObligation(target, step, OwedId(step.id()), step.inherited_from());
  out.owed = !EndedWell(step.state());
  out.handler.set_outcome_unknown(step.state() == StepStatus::OUTCOME_UNKNOWN);
  *out.handler.mutable_time() = ToTimestamp(now);
  return {std::move(out)};
}

std::vector<Obligation> OwedAtEnd(const Job& job, int target, WallMicros now) {
  std::vector<Obligation> out;
  const Target& ended = job.targets(target);
  const auto& pending = ended.pending_handlers();
  for (const StepStatus& step : ended.steps()) {
    const bool owed = step.handler() && std::find(pending.begin(), pending.end(), step.id()) != pending.end();
    if (!owed) {
      for (Obligation& before : Inherited(ended, step, now)) out.push_back(std::move(before));
      continue;
    }
    // It was owed before, and is again: once is enough.
    if (!step.inherited_from().empty()) out.push_back(MakeObligation(ended, step, step.id(), step.inherited_from()));
    out.push_back(MakeObligation(ended, step, step.id(), job.name()));
    out.back().owed = true;
    out.back().handler.set_outcome_unknown(step.state() == StepStatus::OUTCOME_UNKNOWN);
    *out.back().handler.mutable_time() = ToTimestamp(now);
  }
  return out;
}

bool Apply(const Obligation& obligation, Resource* resource) {
  auto* pending = resource->mutable_pending_handlers();
  const PendingHandler& wanted = obligation.handler;
  const auto found = std::find_if(pending->begin(), pending->end(), [&](const PendingHandler& p) {
    return p.handler() == wanted.handler() && p.job() == wanted.job();
  });
  const bool known = found != pending->end();
  if (!known && obligation.told) return false;
  if (!obligation.owed) {
    if (known) pending->erase(found);
    return known;
  }
  if (known && found->outcome_unknown() == wanted.outcome_unknown()) return false;
  if (known) pending->erase(found);
  *pending->Add() = wanted;
  while (pending->size() > kMaxPendingHandlers) pending->DeleteSubrange(0, 1);
  return true;
}

absl::string_view OwedId(absl::string_view step_id) {
  if (!absl::StartsWith(step_id, kPrefix)) return step_id;
  const size_t dot = step_id.find('.', kPrefix.size());
  return dot == absl::string_view::npos ? step_id : step_id.substr(dot + 1);
}

bool RunsAsOwn(const OwedHandler& owed, const PlanInput& input) {
  if (owed.of == nullptr || owed.of->service() != input.spec->name()) return false;
  if (input.from_step == owed.handler && input.parent == owed.job) return true;  // a person asks for exactly it
  const Place place = FindHandler(owed, input.place);
  return place.step != nullptr && place.step->state() == StepStatus::FAILED;
}

PlannedStep PlanOwed(const OwedHandler& owed, const PlanInput& input, int number) {
  PlannedStep out;
  std::string reason = Fill(owed, input, &out);
  StepStatus& status = out.status;
  status.set_id(absl::StrCat(kPrefix, number, ".", owed.handler));
  status.set_section("handlers");
  status.set_stage(input.stage);
  status.set_inherited_from(owed.job);
  status.set_handler(false);
  status.set_plan_reason(absl::StrCat("owed since ", owed.job, ", which notified it and did not run it"));
  if (status.title().empty()) status.set_title(owed.handler);
  if (reason.empty()) {
    status.set_state(StepStatus::PENDING);
    out.step.set_id(status.id());
    out.step.set_handler(false);
    out.step.set_notified(false);
    out.step.clear_notify();
    out.step.clear_after();
    out.step.set_continue_on_failure(true);
    return out;
  }
  status.set_state(StepStatus::SKIPPED);
  status.set_reason(absl::StrCat("it stays owed: ", reason, "; `pe resource waive` gives it up"));
  out.step.Clear();
  return out;
}

}  // namespace pe
