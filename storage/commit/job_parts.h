// A job in the parts that are stored apart, so that an event rewrites little: the summary (every event), the spec with
// the variables and the rollout (once), and each target as head and steps. Parts are Jobs and Targets themselves:
// parsing one after the other merges them. Pure.
#ifndef STORAGE_COMMIT_JOB_PARTS_H_
#define STORAGE_COMMIT_JOB_PARTS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/id.h"
#include "provision/v1/job.pb.h"

namespace pe {

// "jobs/ID" -> ID; INVALID_ARGUMENT for anything else.
absl::StatusOr<JobId> JobIdOf(const provision::v1::Job& job);
// "resources/ID" -> ID; INVALID_ARGUMENT for anything else.
absl::StatusOr<std::string> ResourceIdOf(absl::string_view name);
// "environments/ID" -> ID; INVALID_ARGUMENT for anything else.
absl::StatusOr<std::string> EnvironmentIdOf(absl::string_view name);

// Moves spec, variables and rollout out of `job`, and drops its targets: what is left is the summary.
provision::v1::Job TakeSpec(provision::v1::Job& job);
// Moves the steps out of `target`: what is left is the head.
provision::v1::Target TakeSteps(provision::v1::Target& target);

// A position in the list of jobs, as text. `after` empty: the beginning, given as `none`.
std::string JobCursor(int64_t key);
absl::StatusOr<int64_t> ParseJobCursor(const std::string& after, int64_t none);

}  // namespace pe

#endif  // STORAGE_COMMIT_JOB_PARTS_H_
