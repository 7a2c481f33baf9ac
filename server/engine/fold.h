// Fold: a job's state is its events, applied one after the other. Pure; thread-compatible.
//
// The state is the proto's own Job with every target and step. What is stored beside the log is this fold, so the
// checker in fold_check.h can prove that a log and a stored state agree.
#ifndef SERVER_ENGINE_FOLD_H_
#define SERVER_ENGINE_FOLD_H_

#include "absl/status/status.h"
#include "provision/v1/event.pb.h"
#include "provision/v1/job.pb.h"

namespace pe {

// Longest diff that is kept with a step; the event has all of it.
inline constexpr size_t kMaxStoredDiff = 16 * 1024;

// Applies `event` to `job`. INTERNAL, with `job` unchanged, when the event does not continue the log (sequence, index
// out of range) or makes a transition that the tables do not have.
absl::Status Fold(const provision::v1::Event& event, provision::v1::Job* job);

// The job without what view BASIC leaves out: spec, variables and steps.
provision::v1::Job BasicView(const provision::v1::Job& job);

// The job without its targets, as it is stored in its own row.
provision::v1::Job SummaryOf(const provision::v1::Job& job);

}  // namespace pe

#endif  // SERVER_ENGINE_FOLD_H_
