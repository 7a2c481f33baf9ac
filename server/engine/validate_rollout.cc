// Checks of a rollout and of the calls that hold a job.
//
// Limits, each with its reason:
//   100 sizes of waves   a person gave them; the last one is repeated
//   7 days of soak       longer is a job of its own
//   100 probes           each is a step on every target
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "server/engine/validate.h"
#include "server/engine/validate_body.h"
#include "server/engine/validate_requests.h"
#include "server/engine/validate_steps.h"
#include "server/engine/validate_texts.h"

namespace pe {
namespace {

using provision::v1::Rollout;
using provision::v1::Share;

constexpr int kMaxWaveSizes = 100;
constexpr int kMaxProbes = 100;
constexpr int64_t kMaxSoakMicros = int64_t{7} * 24 * 3600 * kMicrosPerSecond;
constexpr size_t kMaxReasonBytes = 1000;

// `least`: 1 of a wave, 0 of a failure budget.
void CheckShare(const Share& share, int least, const FieldPath& path, Report* report) {
  switch (share.value_case()) {
    case Share::kCount:
      return report->Range(path, "count", share.count(), least, kMaxTargets);
    case Share::kPercent:
      return report->Range(path, "percent", share.percent(), least, 100);
    case Share::VALUE_NOT_SET:
      return report->Add(path, "is empty; set count or percent");
  }
}

void CheckReason(const std::string& reason, Report* report) {
  const FieldPath root("");
  report->Optional(root, "reason", reason, rule::OneLine);
  if (reason.size() > kMaxReasonBytes)
    report->Add(root, "reason", absl::StrCat("is longer than ", kMaxReasonBytes, " characters"));
}

}  // namespace

void CheckRollout(const Rollout& rollout, const FieldPath& path, const SpecNames* names, Report* report) {
  TextCheck(names, report).Walk(rollout, path);
  if (rollout.has_canary()) CheckShare(rollout.canary(), 1, FieldPath(path, "canary"), report);
  if (rollout.waves_size() > kMaxWaveSizes)
    report->Add(path, "waves", absl::StrCat("more than ", kMaxWaveSizes, " sizes (", rollout.waves_size(), ")"));
  for (int i = 0; i < rollout.waves_size() && !report->full(); ++i)
    CheckShare(rollout.waves(i), 1, FieldPath(path, "waves", i), report);
  if (rollout.has_failure_budget()) CheckShare(rollout.failure_budget(), 0, FieldPath(path, "failure_budget"), report);
  if (rollout.has_soak()) CheckDuration(rollout.soak(), 0, kMaxSoakMicros, path, "soak", report);
  if (rollout.health_gate_size() > kMaxProbes)
    report->Add(path, "health_gate", absl::StrCat("more than ", kMaxProbes, " probes"));
  for (int i = 0; i < rollout.health_gate_size() && !report->full(); ++i)
    Check(rollout.health_gate(i), FieldPath(path, "health_gate", i), report);
  if (rollout.pause_after_canary() && !rollout.has_canary())
    report->Add(path, "pause_after_canary", "there is no canary to pause after; set canary");
}

std::vector<Violation> Validate(const provision::v1::PauseRequest& request) {
  Report report(Report::Texts::kFinal);
  report.Required(FieldPath(""), "name", request.name(), rule::JobName);
  CheckReason(request.reason(), &report);
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::ResumeRequest& request) {
  Report report(Report::Texts::kFinal);
  report.Required(FieldPath(""), "name", request.name(), rule::JobName);
  return report.Take();
}

}  // namespace pe
