// Rollback: which steps can be undone, as a plan. Undoing is append-only, as all history: what is undone stays CHANGED,
// and a step "undo.ID" is planned that ends UNDONE. Pure; thread-safe.
#ifndef SERVER_ENGINE_ROLLBACK_H_
#define SERVER_ENGINE_ROLLBACK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "provision/v1/job.pb.h"
#include "provision/v1/provision_service.pb.h"
#include "server/engine/new_job.h"
#include "server/engine/planner.h"

namespace pe {

inline constexpr char kRollbackSection[] = "rollback";

// A step of it has kept what would undo it.
bool AnythingUndoable(const provision::v1::Target& target);

// The run of a target's stage, as its agent knows it.
std::string StageRun(const std::string& job, int target, int stage);

// Undoes what the steps of one stage of `done` have recorded in `run`, newest first. A warning names those that changed
// something and cannot be undone. Steps may be empty.
StagePlan PlanUndo(const provision::v1::Target& done, const std::string& run, int stage, int first_index);

// The job that undoes `parent`. FAILED_PRECONDITION when it is not terminal or has changed nothing that can be undone.
absl::StatusOr<NewJob> MakeRollback(const provision::v1::RollbackRequest& request, const provision::v1::Job& parent,
                                    const Inventory& inventory, WallMicros now);

// What a rollback job must know of its parent's target: rows of NewJob, read back by the job machine.
struct UndoneTarget {
  std::string job;  // the parent's id
  int target = 0;   // index there
  provision::v1::Target done;
};
std::string EncodeUndone(const UndoneTarget& undone);
bool DecodeUndone(const std::string& text, UndoneTarget* out);

std::string CanonicalBytes(const provision::v1::RollbackRequest& request);

}  // namespace pe

#endif  // SERVER_ENGINE_ROLLBACK_H_
