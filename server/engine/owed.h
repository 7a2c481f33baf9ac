// Owed handlers. A handler that was notified has an obligation behind it: what was changed is not in effect before it
// has run. When a job ends on a host without having run it (cancelled, timed out, the host lost, the handler failed),
// the host's resource keeps the obligation (Resource.pending_handlers), in the batch that ends the target, and the next
// job that comes to the host has it in its plan:
//   - as its first step, "owed.N.ID", planned from the earlier job's spec and today's facts. Its failure fails the job,
//   but
//     does not keep the job's own steps from running: one of them may be what mends it;
//   - or, where it failed before and the same service comes again, as that service's own handler, which then runs
//   without
//     having been notified: after the steps that may mend it.
// A command that had begun and whose outcome nobody knows is not run again by itself: it stays owed until a person
// retries or waives it. Either carries StepStatus.inherited_from. When it has run, the obligation goes, in the batch of
// that event. What was undone is not owed any more. An operator's recorded decision waives it. Pure; thread-safe.
#ifndef SERVER_ENGINE_OWED_H_
#define SERVER_ENGINE_OWED_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "provision/v1/job.pb.h"
#include "provision/v1/resource.pb.h"
#include "server/engine/planner.h"

namespace pe {

// More than so many are not kept for a host: the oldest go.
inline constexpr int kMaxPendingHandlers = 1000;

// A change of what is owed to a host.
struct Obligation {
  std::string resource;  // "resources/..."
  provision::v1::PendingHandler handler;
  bool owed = false;  // false: it has run, or what it was for is undone
  bool told = false;  // it was recorded when its job ended: if it is not there any more, it was waived or has run
};

// What `target` of `job` leaves owed when it ends now with what its steps have come to: its own handlers, and what
// became of those that it inherited.
std::vector<Obligation> OwedAtEnd(const provision::v1::Job& job, int target, WallMicros now);
// That a handler of `job`, a step on `target`, is not owed (any more).
Obligation NotOwed(const provision::v1::Job& job, const provision::v1::Target& target,
                   const provision::v1::StepStatus& handler);
// What a step that has ended makes of the obligation that it inherited, if it did: nothing but its running well settles
// it.
std::vector<Obligation> Inherited(const provision::v1::Target& target, const provision::v1::StepStatus& step,
                                  WallMicros now);
bool EndedWell(provision::v1::StepStatus::State state);
// False when nothing changes by it.
bool Apply(const Obligation& obligation, provision::v1::Resource* resource);

// The id that a handler has in the job that notified it, for a step that was inherited.
absl::string_view OwedId(absl::string_view step_id);

// It runs as the job's own handler instead of as the first step.
bool RunsAsOwn(const OwedHandler& owed, const PlanInput& input);

// The step that runs an owed handler, the `number`-th of a target's plan: SKIPPED with the reason where it cannot be
// planned, which leaves it owed.
PlannedStep PlanOwed(const OwedHandler& owed, const PlanInput& input, int number);

}  // namespace pe

#endif  // SERVER_ENGINE_OWED_H_
