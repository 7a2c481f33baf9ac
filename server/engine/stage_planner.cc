#include "server/engine/stage_planner.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/expression/expression.h"
#include "base/expression/template.h"
#include "base/text.h"
#include "server/engine/guard.h"
#include "server/engine/interpolate.h"
#include "server/engine/proto_time.h"
#include "server/engine/validate.h"
#include "server/engine/validate_body.h"

namespace pe {
namespace {

using expression::Bindings;
using expression::Environment;
using provision::v1::Step;
using provision::v1::StepBody;
using provision::v1::StepStatus;
using Part = OutlineNode::Part;

constexpr size_t kMaxPlanBytes = size_t{64}
                                 << 20;  // for_each over a list with large contents; an agent holds the whole plan
constexpr int64_t kDefaultBackoffMicros = kMicrosPerSecond;
constexpr int64_t kDefaultMaxBackoffMicros = 60 * kMicrosPerSecond;
constexpr double kDefaultMultiplier = 2;

const provision::v1::Facts& ExpressionFacts(const PlanInput& input, const StagePlace& place,
                                            const provision::v1::Facts& none) {
  if (place.on.empty()) return *input.facts;
  return input.target_facts == nullptr ? none : *input.target_facts;
}

std::string Round(int index) { return index < 0 ? "" : absl::StrCat("[", index, "]"); }

}  // namespace

StagePlanner::StagePlanner(const PlanInput& input, const Outline& outline)
    : input_(input),
      outline_(outline),
      place_(outline.places[input.stage]),
      names_(*input.spec),
      values_(SpecBindings(*input.spec, *input.variables, ExpressionFacts(input, place_, no_facts_))),
      target_{.resource = input.resource, .host = input.host, .root = input.root},
      report_(Report::Texts::kFinal),
      fit_(*input.facts, input.transport == "rootfs" && place_.on.empty() && !place_.host_side, &report_) {
  if (target_.host.empty()) target_.host = ExpressionFacts(input, place_, no_facts_).hostname();  // local://
}

absl::StatusOr<StagePlan> StagePlanner::Make() {
  CheckPlace();
  FindStart();
  AddOwed();
  AddNodes(/*acceptance=*/false);
  AddHandlers();
  AddNodes(/*acceptance=*/true);
  const absl::Status connected = ConnectEntries(outline_, input_.first_index, &entries_);
  if (!connected.ok()) report_.Add(FieldPath("spec.steps"), std::string(connected.message()));
  if (!report_.empty()) return InvalidRequest(report_.Take());
  StagePlan plan;
  for (StageEntry& entry : entries_) plan.steps.push_back(std::move(entry.planned));
  plan.warnings = fit_.Warnings();
  return plan;
}

void StagePlanner::CheckPlace() {
  if (!place_.on.empty() && input_.target_facts == nullptr) {
    report_.Add(
        FieldPath("spec.steps"),
        "a step runs on another resource before anything is known about the target; this is a defect of the engine");
  }
  if (place_.on.empty() && !place_.host_side && input_.spec->has_os()) fit_.CheckOs(input_.spec->os());
  if (input_.transport != "rootfs" || input_.stage + 1 != static_cast<int>(outline_.places.size())) return;
  if (input_.spec->monitoring().has_prometheus()) fit_.Warn("NOT_REGISTERED", "monitoring");
  for (const Step& step : input_.spec->steps()) {
    if (step.monitoring().has_prometheus()) fit_.Warn("NOT_REGISTERED", step.id());
  }
}

void StagePlanner::FindStart() {
  const std::string& from = input_.from_step;
  if (from.empty()) return;
  const int size = static_cast<int>(outline_.nodes.size());
  for (int i = 0; i < size; ++i) {
    const OutlineNode& node = outline_.nodes[i];
    const bool rounds = node.step != nullptr && !node.step->for_each().empty();
    absl::string_view rest = from;
    if (!rounds && from == node.id()) return void(start_node_ = i);
    if (!rounds || !absl::ConsumePrefix(&rest, node.base)) continue;
    const size_t close = rest.find(']');
    if (rest == node.suffix) return void(start_node_ = i);
    if (!absl::ConsumePrefix(&rest, "[") || close == absl::string_view::npos || rest.substr(close) != node.suffix)
      continue;
    if (absl::SimpleAtoi(rest.substr(0, close - 1), &start_element_)) return void(start_node_ = i);
  }
  // A handler: every step is skipped, and what comes after handlers is not.
  const auto after_steps = std::find_if(outline_.nodes.begin(), outline_.nodes.end(), [](const OutlineNode& node) {
    return node.part == Part::kAcceptance || (node.part == Part::kRegister && node.step == nullptr);
  });
  start_node_ = static_cast<int>(after_steps - outline_.nodes.begin());
  start_handler_ = from;
  bool known = false;
  for (const Step& handler : input_.spec->handlers()) known = known || handler.id() == from;
  for (const OutlineNode& node : outline_.nodes)
    known = known || (node.part == Part::kConfig && RestartHandlerId(node) == from);
  if (!known) report_.Add(FieldPath("step"), absl::StrCat("there is no step '", from, "' in this plan"));
}

void StagePlanner::AddNodes(bool acceptance) {
  for (int i = 0; i < static_cast<int>(outline_.nodes.size()) && !report_.full(); ++i) {
    const OutlineNode& node = outline_.nodes[i];
    if (node.stage == input_.stage && (node.part == Part::kAcceptance) == acceptance) AddNode(i);
  }
}

void StagePlanner::AddNode(int index) {
  const OutlineNode& node = outline_.nodes[index];
  if (node.step == nullptr || node.step->for_each().empty()) return void(AddElement(index, {}, values_));
  const FieldPath path(node.field);
  const auto compiled = expression::Expression::Compile(node.step->for_each(), names_.names());
  const auto list = compiled.ok() ? compiled->Evaluate(values_) : compiled.status();
  if (!list.ok()) return report_.Add(path, "for_each", std::string(list.status().message()));
  const auto* items = std::get_if<expression::List>(&*list);
  if (items == nullptr) return report_.Add(path, "for_each", "does not yield a list");
  if (items->empty()) {
    StageEntry entry = NewEntry(node, {});
    entry.node = index;
    Skip(node, "for_each yields an empty list", &entry);
    AddEntry(std::move(entry));
  }
  for (int i = 0; i < static_cast<int>(items->size()); ++i) {
    Bindings values(&values_);
    values.Set("item", (*items)[i]);
    if (!AddElement(index, {.index = i, .item = (*items)[i]}, values)) return;
  }
}

bool StagePlanner::AddElement(int index, const Element& element, const Bindings& values) {
  const OutlineNode& node = outline_.nodes[index];
  StageEntry entry = NewEntry(node, element);
  entry.node = index;
  const bool before =
      index < start_node_ || (index == start_node_ && element.index >= 0 && element.index < start_element_);
  if (before) {
    if (node.part == Part::kConfig) MakeBody(node, element, values, &entry);  // the retry may begin with its handler
    Skip(node, absl::StrCat("the retry begins with '", input_.from_step, "'"), &entry);
  } else {
    Fill(node, element, values, &entry);
  }
  return AddEntry(std::move(entry));
}

bool StagePlanner::AddEntry(StageEntry entry) {
  bytes_ += entry.planned.step.ByteSizeLong() + entry.planned.status.ByteSizeLong();
  entries_.push_back(std::move(entry));
  if (report_.full()) return false;
  if (static_cast<int>(entries_.size()) > kMaxSteps)
    report_.Add(FieldPath("spec.steps"), absl::StrCat("for_each brings the plan to more than ", kMaxSteps, " steps"));
  else if (bytes_ > kMaxPlanBytes) report_.Add(FieldPath("spec.steps"), "for_each brings the plan to more than 64 MiB");
  else return true;
  return false;
}

StageEntry StagePlanner::NewEntry(const OutlineNode& node, const Element& element) const {
  StageEntry entry;
  StepStatus& status = entry.planned.status;
  status.set_id(absl::StrCat(node.base, Round(element.index), node.suffix));
  status.set_state(StepStatus::PENDING);
  status.set_plan_reason(PlanReason(node));
  if (element.index >= 0)
    absl::StrAppend(status.mutable_plan_reason(), ", for '", Shorten(Printable(element.item.substr(0, 256)), 80), "'");
  status.set_stage(input_.stage);
  status.set_section(node.section);
  status.set_on(place_.on);
  if (node.step != nullptr) entry.notify.assign(node.step->notify().begin(), node.step->notify().end());
  if (node.part == Part::kConfig) entry.notify.push_back(absl::StrCat(node.base, Round(element.index), ".restart"));
  return entry;
}

const Environment& StagePlanner::NamesFor(const Element& element) const {
  return element.index < 0 ? names_.names() : names_.with_item();
}

void StagePlanner::Fill(const OutlineNode& node, const Element& element, const Bindings& values, StageEntry* entry) {
  StepStatus& status = entry->planned.status;
  if (!Wanted(node, NamesFor(element), values))
    return Skip(node, absl::StrCat("`", Shorten(node.step->when(), 200), "` is false"), entry);
  const FieldPath path(node.field);
  StepBody body = MakeBody(node, element, values, entry);
  status.set_kind(KindOf(body));
  CheckKind(body, path, &report_);
  if (body.has_os_image() && input_.transport != "rootfs") {
    report_.Add(path, "os_image", "makes a root filesystem, and the target's address is not rootfs:///PATH");
  }
  const std::string reason = fit_.Fit(status.id(), path, &body);
  *entry->planned.step.mutable_body() = std::move(body);
  status.set_title(Title(node, NamesFor(element), values, *entry));
  if (!reason.empty()) return Skip(node, reason, entry);
  status.set_not_undoable(NotUndoable(entry->planned.step.body()));
  if (entry->planned.step.body().has_download())
    entry->planned.step.add_blobs(entry->planned.step.body().download().sha256());
  entry->planned.step.set_id(status.id());
  entry->planned.step.set_last(node.part == Part::kAcceptance);
  SetEnvelope(node.step, &entry->planned.step);
  if (CanCutOff(entry->planned.step.body(), !input_.root_login || !place_.on.empty())) Guard(entry);
}

// A target whose way in is no network cannot be cut off.
void StagePlanner::Guard(StageEntry* entry) const {
  const bool over_network =
      !place_.on.empty() || (!place_.host_side && input_.transport != "rootfs" && input_.transport != "local");
  if (!over_network) return;
  entry->planned.step.set_guard_us(kGuardMicros);
  *entry->planned.status.mutable_guard() = ToDuration(kGuardMicros);
}

void StagePlanner::Skip(const OutlineNode& node, std::string reason, StageEntry* entry) const {
  StepStatus& status = entry->planned.status;
  status.set_state(StepStatus::SKIPPED);
  status.set_reason(std::move(reason));
  if (status.kind().empty())
    status.set_kind(KindOf(node.monitoring == nullptr ? BodyOf(node, *input_.spec, target_)
                                                      : LowerMonitoring(node.part, {}, target_)));
  const bool open = node.step != nullptr && expression::Template::Needed(node.step->title());
  if (status.title().empty())
    status.set_title(node.step == nullptr || node.step->title().empty() || open ? status.id() : node.step->title());
  entry->planned.step.Clear();
}

bool StagePlanner::Wanted(const OutlineNode& node, const Environment& names, const Bindings& values) {
  if (node.step == nullptr || node.step->when().empty()) return true;
  const auto compiled = expression::Expression::Compile(node.step->when(), names);
  const auto value = compiled.ok() ? compiled->Evaluate(values) : compiled.status();
  if (value.ok() && std::holds_alternative<bool>(*value)) return std::get<bool>(*value);
  report_.Add(FieldPath(node.field),
              absl::StrCat("when: ", value.ok() ? "does not yield a bool" : value.status().message()));
  return false;
}

StepBody StagePlanner::MakeBody(const OutlineNode& node, const Element& element, const Bindings& values,
                                StageEntry* entry) {
  const FieldPath path(node.field);
  if (node.monitoring == nullptr) {
    StepBody body = BodyOf(node, *input_.spec, target_);
    entry->planned.step.set_has_secrets(Interpolate(&body, path, NamesFor(element), values, &report_));
    return body;
  }
  provision::v1::Monitoring monitoring = *node.monitoring;
  const std::string field = node.step == nullptr ? node.field : absl::StrCat(node.field, ".monitoring");
  const FieldPath at(field);
  Interpolate(&monitoring, at, NamesFor(element), values, &report_);
  Check(monitoring, at, &report_);
  if (node.part == Part::kConfig) {
    OutlineNode restart = node;
    restart.base = absl::StrCat(node.base, Round(element.index));
    restart.suffix = ".restart";
    restart.part = Part::kUnit;
    own_handlers_.push_back({std::move(restart), ExporterRestart(monitoring)});
  }
  return LowerMonitoring(node.part, monitoring, target_);
}

std::string StagePlanner::Title(const OutlineNode& node, const Environment& names, const Bindings& values,
                                const StageEntry& entry) {
  if (node.step == nullptr || node.monitoring != nullptr)
    return Shorten(Printable(TitleOf(entry.planned.step.body())), 200);
  if (node.step->title().empty()) return entry.planned.status.id();
  const auto parsed = expression::Template::Parse(node.step->title(), names);
  const auto text = parsed.ok() ? parsed->Render(values) : parsed.status();
  if (text.ok()) return Shorten(Printable(*text), 200);
  report_.Add(FieldPath(node.field), absl::StrCat("title: ", text.status().message()));
  return "";
}

void StagePlanner::SetEnvelope(const Step* step, provision::agent::v1::PlanStep* out) const {
  const Step& envelope = step == nullptr ? Step::default_instance() : *step;
  const auto& retry = envelope.retry();
  out->set_timeout_us(envelope.has_timeout() ? ToMicros(envelope.timeout()) : DefaultTimeoutMicros(out->body()));
  out->set_attempts(std::max(1, retry.attempts()));
  out->set_backoff_us(retry.has_backoff() ? ToMicros(retry.backoff()) : kDefaultBackoffMicros);
  out->set_multiplier(retry.multiplier() == 0 ? kDefaultMultiplier : retry.multiplier());
  out->set_max_backoff_us(retry.has_max_backoff() ? ToMicros(retry.max_backoff()) : kDefaultMaxBackoffMicros);
  const Step::OnFailure on_failure =
      envelope.on_failure() == Step::ON_FAILURE_UNSPECIFIED ? input_.on_failure : envelope.on_failure();
  out->set_continue_on_failure(on_failure == Step::CONTINUE);
}

absl::StatusOr<StagePlan> PlanStage(const PlanInput& input) {
  const Outline outline = MakeOutline(*input.spec, input.transport, input.rollout);
  if (input.stage < 0 || input.stage >= static_cast<int>(outline.places.size())) {
    return absl::InternalError(
        absl::StrCat("stage ", input.stage, " of a plan of ", outline.places.size(), " stages was asked for"));
  }
  return StagePlanner(input, outline).Make();
}

}  // namespace pe
