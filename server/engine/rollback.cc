#include "server/engine/rollback.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/engine/errors.h"
#include "server/engine/proto_time.h"
#include "server/engine/transitions.h"

namespace pe {

using provision::v1::Job;
using provision::v1::StepStatus;
using provision::v1::Target;

namespace {

constexpr int64_t kTimeoutMicros = 600 * kMicrosPerSecond;  // a package manager may be at work

bool Undoable(const StepStatus& step) {
  return step.result().undo_recorded() && step.not_undoable().empty() && step.section() != kRollbackSection;
}

PlannedStep UndoOf(const StepStatus& step, const std::string& run, int index, int new_index) {
  PlannedStep out;
  out.status.set_id(absl::StrCat("undo.", step.id()));
  out.status.set_kind(step.kind());
  out.status.set_title(absl::StrCat("undo: ", step.title()));
  out.status.set_state(StepStatus::PENDING);
  out.status.set_plan_reason(absl::StrCat("step '", step.id(), "' changed the host"));
  out.status.set_stage(step.stage());
  out.status.set_section(kRollbackSection);
  out.status.set_on(step.on());
  out.step.set_index(new_index);
  out.step.set_id(out.status.id());
  out.step.mutable_undo()->set_run(run);
  out.step.mutable_undo()->set_index(index);
  out.step.set_timeout_us(kTimeoutMicros);
  out.step.set_attempts(1);
  out.step.set_continue_on_failure(true);  // the others are undone all the same
  return out;
}

}  // namespace

bool AnythingUndoable(const Target& target) {
  return std::any_of(target.steps().begin(), target.steps().end(), Undoable);
}

std::string StageRun(const std::string& job, int target, int stage) {
  return absl::StrCat(job, "/", target, "/", stage);
}

StagePlan PlanUndo(const Target& done, const std::string& run, int stage, int first_index) {
  StagePlan out;
  std::vector<std::string> not_undoable;
  for (int i = done.steps_size() - 1; i >= 0; --i) {
    const StepStatus& step = done.steps(i);
    if (step.stage() != stage || step.section() == kRollbackSection) continue;
    if (Undoable(step)) {
      out.steps.push_back(UndoOf(step, run, i, first_index + static_cast<int>(out.steps.size())));
    } else if (step.state() == StepStatus::CHANGED) {
      not_undoable.push_back(step.id());
    }
  }
  if (!not_undoable.empty()) {
    provision::v1::Warning& warning = out.warnings.emplace_back();
    warning.set_code("NOT_UNDONE");
    warning.set_message(absl::StrCat("changed, and cannot be undone: ", absl::StrJoin(not_undoable, ", ")));
  }
  return out;
}

absl::StatusOr<NewJob> MakeRollback(const provision::v1::RollbackRequest&, const Job& parent,
                                    const Inventory& inventory, WallMicros now) {
  if (!IsTerminal(parent.state()))
    return Precondition("JOB_NOT_TERMINAL", absl::StrCat(parent.name(), " has not ended; cancel it, or wait"));
  NewJob out;
  Job& job = out.job;
  job.set_state(Job::PENDING);
  *job.mutable_create_time() = ToTimestamp(now);
  job.set_mode(Job::ROLLBACK);
  job.set_environment(parent.environment());
  *job.mutable_spec() = parent.spec();
  job.set_service(parent.service());
  job.set_version(parent.version());
  job.set_on_failure(provision::v1::Step::CONTINUE);
  job.set_parallelism(parent.parallelism());
  job.set_parent(parent.name());
  job.set_root(parent.root().empty() ? parent.name() : parent.root());
  std::vector<Violation> violations;
  const std::string parent_id(absl::StripPrefix(parent.name(), "jobs/"));
  for (int i = 0; i < parent.targets_size(); ++i) {
    if (!AnythingUndoable(parent.targets(i))) continue;
    const auto* resource = inventory.Find(parent.targets(i).resource());
    if (resource == nullptr) {
      violations.push_back({"name", absl::StrCat(parent.targets(i).resource(), " is not registered any more")});
      continue;
    }
    out.rows.push_back({absl::StrCat("undo/", job.targets_size()), EncodeUndone({parent_id, i, parent.targets(i)})});
    auto* copy = job.add_targets();
    copy->set_resource(resource->name());
    copy->set_address(resource->address());
    copy->set_state(Job::PENDING);
  }
  if (!violations.empty()) return InvalidRequest(violations);
  if (job.targets_size() == 0)
    return Precondition("NOTHING_TO_UNDO", absl::StrCat(parent.name(), " has changed nothing that can be undone"));
  return out;
}

// "JOB TARGET\n" and the serialised Target.
std::string EncodeUndone(const UndoneTarget& undone) {
  return absl::StrCat(undone.job, " ", undone.target, "\n", undone.done.SerializeAsString());
}

bool DecodeUndone(const std::string& text, UndoneTarget* out) {
  const size_t space = text.find(' '), end = text.find('\n');
  if (space == std::string::npos || end == std::string::npos || end < space) return false;
  out->job = text.substr(0, space);
  return absl::SimpleAtoi(text.substr(space + 1, end - space - 1), &out->target) &&
         out->done.ParseFromString(text.substr(end + 1));
}

std::string CanonicalBytes(const provision::v1::RollbackRequest& request) {
  return absl::StrCat("rollback ", request.name());
}

}  // namespace pe
