// StagePlanner: makes the plan of one stage. Used once. Not thread-safe.
//
//   owed handlers of earlier jobs -> entries
//   nodes of the stage -> for_each, when -> body -> ${...} -> rules again -> what the host can do -> entries
//   entries -> handlers that they notify -> edges (stage_edges.h) -> StagePlan
#ifndef SERVER_ENGINE_STAGE_PLANNER_H_
#define SERVER_ENGINE_STAGE_PLANNER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/expression/value.h"
#include "server/engine/expression_names.h"
#include "server/engine/host_fit.h"
#include "server/engine/lowering.h"
#include "server/engine/outline.h"
#include "server/engine/planner.h"
#include "server/engine/report.h"
#include "server/engine/stage_edges.h"

namespace pe {

class StagePlanner {
 public:
  // REQUIRES: `input` and `outline` outlive this; input.stage is a stage of the outline.
  StagePlanner(const PlanInput& input, const Outline& outline);
  absl::StatusOr<StagePlan> Make();

 private:
  // A node, or one round of its for_each.
  struct Element {
    int index = -1;  // of the round; -1: no for_each
    std::string item;
  };
  // A handler that a part of monitoring needs.
  struct OwnHandler {
    OutlineNode node;
    provision::v1::StepBody body;
  };

  void FindStart();
  void AddNodes(bool acceptance);
  void AddNode(int node);
  // Both return false when the entry is not made: too many, or an error that is reported.
  bool AddElement(int node, const Element& element, const expression::Bindings& values);
  bool AddEntry(StageEntry entry);

  StageEntry NewEntry(const OutlineNode& node, const Element& element) const;
  // Decides whether it runs, and makes its body.
  void Fill(const OutlineNode& node, const Element& element, const expression::Bindings& values, StageEntry* entry);
  void Skip(const OutlineNode& node, std::string reason, StageEntry* entry) const;
  bool Wanted(const OutlineNode& node, const expression::Environment& names, const expression::Bindings& values);
  // Texts replaced and checked.
  provision::v1::StepBody MakeBody(const OutlineNode& node, const Element& element, const expression::Bindings& values,
                                   StageEntry* entry);
  std::string Title(const OutlineNode& node, const expression::Environment& names, const expression::Bindings& values,
                    const StageEntry& entry);
  // Marks a step that can cut the engine off.
  void Guard(StageEntry* entry) const;
  void SetEnvelope(const provision::v1::Step* step, provision::agent::v1::PlanStep* out) const;
  const expression::Environment& NamesFor(const Element& element) const;

  void AddOwed();
  void AddHandlers();
  void AddHandler(const OutlineNode& node, const provision::v1::StepBody* own_body);
  void FillOwnHandler(const OutlineNode& node, const provision::v1::StepBody& body, StageEntry* entry);
  // The owed handler that this stage's own one stands for; null when there is none.
  const OwedHandler* OwedHere(const std::string& handler) const;
  // The stage that has an owed handler as its own; -1 when none has.
  int OwnStage(const OwedHandler& owed) const;
  void CheckPlace();

  const PlanInput& input_;
  const Outline& outline_;
  const StagePlace& place_;
  const provision::v1::Facts no_facts_;
  const SpecNames names_;
  const expression::Bindings values_;  // with the target's facts, also where the stage runs elsewhere
  TargetIdentity target_;
  Report report_;
  HostFit fit_;
  std::vector<StageEntry> entries_;
  std::vector<OwnHandler> own_handlers_;
  int start_node_ = 0;  // what comes before it is skipped
  int start_element_ = 0;
  std::string start_handler_;  // the retry begins with this handler
  size_t bytes_ = 0;
};

}  // namespace pe

#endif  // SERVER_ENGINE_STAGE_PLANNER_H_
