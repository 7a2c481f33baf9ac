// Handlers of a stage: those that its steps notify, and those that earlier jobs owe.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text.h"
#include "server/engine/owed.h"
#include "server/engine/stage_planner.h"

namespace pe {
namespace {

using provision::v1::Step;
using provision::v1::StepBody;
using Part = OutlineNode::Part;

constexpr size_t kNotifiersShown = 5;

// The first stage with a node that notifies the handler; -1 when none does.
int FirstStage(const Outline& outline, const std::string& handler) {
  for (const OutlineNode& node : outline.nodes) {
    const bool own = node.part == Part::kConfig && RestartHandlerId(node) == handler;
    const bool named = node.step != nullptr && std::find(node.step->notify().begin(), node.step->notify().end(),
                                                         handler) != node.step->notify().end();
    if (own || named) return node.stage;
  }
  return -1;
}

}  // namespace

// In the first stage whose steps could have notified it.
int StagePlanner::OwnStage(const OwedHandler& owed) const {
  const int stage = RunsAsOwn(owed, input_) ? FirstStage(outline_, owed.handler) : -1;
  return stage >= 0 && outline_.places[stage].on == place_.on ? stage : -1;
}

const OwedHandler* StagePlanner::OwedHere(const std::string& handler) const {
  for (const OwedHandler& owed : input_.owed) {
    if (owed.handler == handler && OwnStage(owed) == input_.stage) return &owed;
  }
  return nullptr;
}

void StagePlanner::AddOwed() {
  int number = input_.owed_before;
  for (const OwedHandler& owed : input_.owed) {
    if (OwnStage(owed) >= input_.stage) continue;
    StageEntry entry;
    entry.planned = PlanOwed(owed, input_, number++);
    entry.planned.status.set_on(place_.on);
    if (!AddEntry(std::move(entry))) return;
  }
}

void StagePlanner::AddHandlers() {
  for (const OwnHandler& own : own_handlers_) AddHandler(own.node, &own.body);
  for (int i = 0; i < input_.spec->handlers_size() && !report_.full(); ++i) {
    const Step& handler = input_.spec->handlers(i);
    AddHandler({.section = "handlers",
                .base = handler.id(),
                .field = absl::StrCat("spec.handlers[", i, "]"),
                .step = &handler},
               nullptr);
  }
}

void StagePlanner::AddHandler(const OutlineNode& node, const StepBody* own_body) {
  std::vector<std::string> notifiers;
  bool sent = false, guarded = false;
  for (const StageEntry& entry : entries_) {
    if (std::find(entry.notify.begin(), entry.notify.end(), node.id()) == entry.notify.end()) continue;
    notifiers.push_back(entry.planned.status.id());
    sent = sent || entry.sent();
    guarded = guarded || entry.planned.step.guard_us() > 0;
  }
  const OwedHandler* const owed = OwedHere(node.id());
  const bool forced =
      owed != nullptr || (start_handler_ == node.id() && FirstStage(outline_, node.id()) == input_.stage);
  if (notifiers.empty() && !forced) return;
  StageEntry entry = NewEntry(node, {});
  entry.notify.clear();
  entry.planned.status.set_handler(true);
  const size_t shown = std::min(notifiers.size(), kNotifiersShown);
  entry.planned.status.set_plan_reason(
      absl::StrCat("runs once when changed: ", absl::StrJoin(notifiers.begin(), notifiers.begin() + shown, ", "),
                   shown < notifiers.size() ? " ..." : ""));
  if (owed != nullptr) {
    entry.planned.status.set_inherited_from(owed->job);
    entry.planned.status.set_plan_reason(absl::StrCat("owed since ", owed->job));
  }
  if (!sent && !forced) {
    Skip(node, "no step that notifies it runs", &entry);
  } else if (own_body != nullptr) {
    FillOwnHandler(node, *own_body, &entry);
  } else {
    Fill(node, {}, values_, &entry);
  }
  if (entry.sent() && guarded) Guard(&entry);
  if (entry.sent()) entry.planned.step.set_handler(true), entry.planned.step.set_notified(forced);
  AddEntry(std::move(entry));
}

void StagePlanner::FillOwnHandler(const OutlineNode& node, const StepBody& body, StageEntry* entry) {
  provision::v1::StepStatus& status = entry->planned.status;
  auto& step = entry->planned.step;
  *step.mutable_body() = body;
  step.set_id(status.id());
  const std::string reason = fit_.Fit(status.id(), FieldPath(node.field), step.mutable_body());
  status.set_kind(KindOf(step.body()));
  status.set_title(TitleOf(step.body()));
  if (!reason.empty()) return Skip(node, reason, entry);
  status.set_not_undoable(NotUndoable(step.body()));
  SetEnvelope(nullptr, &step);
}

}  // namespace pe
