// Checks of the requests of ProvisionService.
//
// Limits, each with its reason (values in validate.h):
//   kMaxSpecBytes   a spec is a document that people read; content of that size comes by download
//   kMaxSteps       a plan, its events and its page stay within what one stage's message and a person can take
//   kMaxTargets     one job's folded state stays within what one commit writes and one loop turn touches
#include "server/engine/validate.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "server/engine/address.h"
#include "server/engine/proto_time.h"
#include "server/engine/validate_requests.h"
#include "server/engine/validate_spec.h"
#include "server/engine/validate_steps.h"
#include "server/engine/validate_texts.h"
#include "server/engine/variables.h"

namespace pe {
namespace {

using provision::v1::ProvisionRequest;
using provision::v1::TargetSelector;

constexpr int64_t kMaxJobMicros =
    int64_t{31} * 24 * 3600 * kMicrosPerSecond;  // a month: longer is "no limit", which is unset
constexpr size_t kMaxPageTokenBytes = 1024;
constexpr size_t kMaxFilterBytes = 1024;

void CheckTarget(const TargetSelector& selector, const FieldPath& path, Report* report) {
  switch (selector.target_case()) {
    case TargetSelector::kResource:
      return report->Required(path, "resource", selector.resource(), rule::ResourceName);
    case TargetSelector::kLabelSelector:
      return report->Required(path, "label_selector", selector.label_selector(), rule::LabelSelector);
    case TargetSelector::kInline:
      break;
    case TargetSelector::TARGET_NOT_SET:
      return report->Add(path, "is empty; set resource, label_selector or inline");
  }
  const FieldPath at(path, "inline");
  CheckAddress(selector.inline_().address(), selector.inline_().host_key(), at, report);
  report->Optional(at, "credential", selector.inline_().credential(), rule::CredentialName);
}

void CheckTargets(const ProvisionRequest& request, Report* report) {
  const FieldPath root("");
  if (request.targets().empty()) report->Add(root, "targets", "is required: at least one target");
  if (request.targets_size() > kMaxTargets)
    return report->Add(root, "targets",
                       absl::StrCat("more than ", kMaxTargets, " targets (", request.targets_size(), ")"));
  for (int i = 0; i < request.targets_size() && !report->full(); ++i)
    CheckTarget(request.targets(i), FieldPath(root, "targets", i), report);
}

void CheckEnums(const ProvisionRequest& request, const FieldPath& root, Report* report) {
  if (!provision::v1::Job::Mode_IsValid(request.mode()))
    report->Add(root, "mode", absl::StrCat(static_cast<int>(request.mode()), " is not a mode; APPLY and PLAN are"));
  if (request.mode() == provision::v1::Job::ROLLBACK)
    report->Add(root, "mode", "ROLLBACK is for a job that has run: use the Rollback call (`pe rollback JOB`)");
  if (!provision::v1::Step::OnFailure_IsValid(request.on_failure())) {
    report->Add(
        root, "on_failure",
        absl::StrCat(static_cast<int>(request.on_failure()), " is not a value of it; STOP, CONTINUE and ROLLBACK are"));
  }
}

void CheckJobName(const std::string& name, Report* report) {
  report->Required(FieldPath(""), "name", name, rule::JobName);
}

}  // namespace

void CheckAddress(absl::string_view address, absl::string_view host_key, const FieldPath& path, Report* report) {
  if (address.empty()) return report->Add(path, "address", "is required");
  const auto parsed = ParseAddress(address);
  if (!parsed.ok()) return report->Add(path, "address", std::string(parsed.status().message()));
  if (host_key.empty()) return;
  const bool ssh = parsed->transport == "ssh" || parsed->transport == "openssh";
  if (!ssh)
    return report->Add(path, "host_key", absl::StrCat("the transport '", parsed->transport, "' has no host keys"));
  report->Plain(FieldPath(path, "host_key"), host_key, rule::HostKey);
}

void CheckPage(int32_t page_size, absl::string_view page_token, const FieldPath& root, Report* report) {
  if (page_size < 0) report->Add(root, "page_size", "is negative; leave it out for 50");
  if (page_token.size() > kMaxPageTokenBytes)
    report->Add(root, "page_token", "is no token of this engine; begin with the first page");
}

std::vector<Violation> Validate(const ProvisionRequest& request) {
  Report report(Report::Texts::kFinal);
  const FieldPath root("");
  if (!request.spec_ref().empty())
    report.Add(root, "spec_ref", "a catalogue of specs is not implemented; send the spec itself in spec");
  else if (!request.has_spec()) report.Add(root, "spec", "is required");
  CheckTargets(request, &report);
  CheckEnums(request, root, &report);
  if (!request.request_id().empty()) report.Plain(FieldPath(root, "request_id"), request.request_id(), rule::RequestId);
  if (request.has_timeout()) CheckDuration(request.timeout(), 1, kMaxJobMicros, root, "timeout", &report);
  report.Range(root, "parallelism", request.parallelism(), 0, kMaxTargets);
  if (!request.environment().empty())
    report.Plain(FieldPath(root, "environment"), request.environment(), rule::EnvironmentName);
  if (!request.has_spec()) {
    if (request.has_rollout()) CheckRollout(request.rollout(), FieldPath(root, "rollout"), nullptr, &report);
    return report.Take();
  }
  const std::map<std::string, std::string> given(request.variables().begin(), request.variables().end());
  CheckGiven(request.spec(), given, &report);
  CheckMissing(request.spec(), given, Missing::kSecrets, &report);  // the others may be the environment's
  Report spec(Report::Texts::kTemplates);
  CheckSpec(request.spec(), FieldPath(root, "spec"), &spec);
  const SpecNames names(request.spec());
  if (request.has_rollout()) CheckRollout(request.rollout(), FieldPath(root, "rollout"), &names, &spec);
  std::vector<Violation> out = report.Take(), more = spec.Take();
  out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  return out;
}

std::vector<Violation> Validate(const provision::v1::StatusRequest& request) {
  Report report(Report::Texts::kFinal);
  CheckJobName(request.name(), &report);
  if (!provision::v1::JobView_IsValid(request.view()))
    report.Add(FieldPath("view"), absl::StrCat(static_cast<int>(request.view()), " is not a view; BASIC and FULL are"));
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::WatchRequest& request) {
  Report report(Report::Texts::kFinal);
  CheckJobName(request.name(), &report);
  if (request.has_after_seq() && request.after_seq() < 0)
    report.Add(FieldPath("after_seq"), "is negative; 0 gives every event, and leaving it out a snapshot first");
  const FieldPath filter("filter");
  if (request.filter().targets_size() > kMaxTargets)
    report.Add(filter, "targets", absl::StrCat("more than ", kMaxTargets, " indices"));
  for (int i = 0; i < request.filter().targets_size() && !report.full(); ++i) {
    if (request.filter().targets(i) < 0)
      report.Add(FieldPath(filter, "targets", i), "is negative; targets are counted from 0");
  }
  return report.Take();
}

// What a filter says is checked by who reads it, the API; here only its size.
std::vector<Violation> Validate(const provision::v1::ListRequest& request) {
  Report report(Report::Texts::kFinal);
  const FieldPath root("");
  CheckPage(request.page_size(), request.page_token(), root, &report);
  if (request.filter().size() > kMaxFilterBytes)
    report.Add(root, "filter", absl::StrCat("is longer than ", kMaxFilterBytes, " bytes"));
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::CancelRequest& request) {
  Report report(Report::Texts::kFinal);
  CheckJobName(request.name(), &report);
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::RollbackRequest& request) {
  Report report(Report::Texts::kFinal);
  CheckJobName(request.name(), &report);
  report.Optional(FieldPath(""), "request_id", request.request_id(), rule::RequestId);
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::RetryRequest& request) {
  Report report(Report::Texts::kFinal);
  const FieldPath root("");
  CheckJobName(request.name(), &report);
  report.Optional(root, "step", request.step(), rule::PlannedStepId);
  report.Optional(root, "request_id", request.request_id(), rule::RequestId);
  const FieldPath variables("variables");
  for (const auto& [name, value] : request.variables()) {
    if (report.full()) break;
    report.Plain(variables, name, rule::VariableName);
    const auto parsed =
        ParseVariable(provision::v1::Variable::SECRET, value);  // types are checked against the job's spec later
    if (!parsed.ok()) report.Add(FieldPath(variables, name), std::string(parsed.status().message()));
  }
  return report.Take();
}

}  // namespace pe
