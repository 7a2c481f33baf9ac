#include "storage/commit/job_parts.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/text.h"

namespace pe {
namespace {

absl::StatusOr<std::string> LastPart(absl::string_view name, absl::string_view prefix) {
  absl::string_view id = name;
  if (!absl::ConsumePrefix(&id, prefix) || id.empty() || absl::StrContains(id, "/")) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", Shorten(Printable(name), 100), "' is not of the form ", prefix, "ID"));
  }
  return std::string(id);
}

}  // namespace

absl::StatusOr<JobId> JobIdOf(const provision::v1::Job& job) {
  absl::StatusOr<std::string> id = LastPart(job.name(), "jobs/");
  if (!id.ok()) return id.status();
  return JobId(*std::move(id));
}

absl::StatusOr<std::string> ResourceIdOf(absl::string_view name) { return LastPart(name, "resources/"); }

absl::StatusOr<std::string> EnvironmentIdOf(absl::string_view name) { return LastPart(name, "environments/"); }

provision::v1::Job TakeSpec(provision::v1::Job& job) {
  provision::v1::Job out;
  if (job.has_spec()) out.mutable_spec()->Swap(job.mutable_spec());
  out.mutable_variables()->swap(*job.mutable_variables());
  if (job.has_rollout()) out.mutable_rollout()->Swap(job.mutable_rollout());
  job.clear_rollout();
  job.clear_spec();
  job.clear_targets();
  return out;
}

provision::v1::Target TakeSteps(provision::v1::Target& target) {
  provision::v1::Target out;
  out.mutable_steps()->Swap(target.mutable_steps());
  return out;
}

std::string JobCursor(int64_t key) { return absl::StrCat(key); }

absl::StatusOr<int64_t> ParseJobCursor(const std::string& after, int64_t none) {
  if (after.empty()) return none;
  int64_t key = 0;
  // Only the text that JobCursor makes: no signs, spaces or leading zeros.
  if (!absl::SimpleAtoi(after, &key) || key <= 0 || JobCursor(key) != after) {
    return absl::InvalidArgumentError("the page token is not one that a page of jobs gave; begin again without it");
  }
  return key;
}

}  // namespace pe
