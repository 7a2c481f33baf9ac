// Checks of the requests of EnvironmentService, and of approvals.
#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "server/engine/validate.h"
#include "server/engine/validate_requests.h"
#include "server/engine/variables.h"

namespace pe {
namespace {

using provision::v1::Environment;

constexpr size_t kMaxDescriptionBytes = 500;
constexpr size_t kMaxCommentCharacters = 1000;
constexpr size_t kMaxVariables = 1000;
constexpr size_t kMaxValueBytes = 64 << 10;  // all of them go into every job's request

// Everything a caller may set. The types of variables are those of each spec, and are checked with its jobs.
void CheckSettings(const Environment& environment, const FieldPath& path, Report* report) {
  report->Optional(path, "description", environment.description(), rule::OneLine);
  if (environment.description().size() > kMaxDescriptionBytes)
    report->Add(path, "description", absl::StrCat("is longer than ", kMaxDescriptionBytes, " bytes"));
  const FieldPath variables(path, "variables");
  if (environment.variables().size() > kMaxVariables)
    report->Add(variables, absl::StrCat("more than ", kMaxVariables, " variables"));
  // In an order that is the same every time.
  const std::map<std::string, std::string> sorted(environment.variables().begin(), environment.variables().end());
  for (const auto& [name, value] : sorted) {
    if (report->full()) return;
    report->Plain(variables, name, rule::VariableName);
    if (value.size() > kMaxValueBytes) report->Add(variables, Shorten(Printable(name), 64), "is larger than 64 KiB");
    else if (!ParseVariable(provision::v1::Variable::STRING, value).ok())
      report->Add(variables, Shorten(Printable(name), 64), "has a control character (\\x1e or \\x1f) in it");
  }
  report->Range(path, "parallelism", environment.parallelism(), 0, kMaxTargets);
  if (environment.has_rollout()) CheckRollout(environment.rollout(), FieldPath(path, "rollout"), nullptr, report);
  if (environment.etag().size() > 64) report->Add(path, "etag", "is no etag of this engine");
}

void CheckName(const std::string& name, const FieldPath& parent, Report* report) {
  report->Required(parent, "name", name, rule::EnvironmentName);
}

template <typename Request>
std::vector<Violation> OnlyName(const Request& request) {
  Report report(Report::Texts::kFinal);
  CheckName(request.name(), FieldPath(""), &report);
  return report.Take();
}

}  // namespace

std::vector<Violation> Validate(const provision::v1::ApproveRequest& request) {
  Report report(Report::Texts::kFinal);
  const FieldPath root("");
  report.Required(root, "name", request.name(), rule::JobName);
  if (!provision::v1::Approval::Decision_IsValid(request.decision())) {
    report.Add(root, "decision",
               absl::StrCat(static_cast<int>(request.decision()), " is not a decision; APPROVED and REJECTED are"));
  }
  const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const auto characters = std::count_if(request.comment().begin(), request.comment().end(), begins_character);
  if (static_cast<size_t>(characters) > kMaxCommentCharacters)
    report.Add(root, "comment", absl::StrCat("is longer than ", kMaxCommentCharacters, " characters"));
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::CreateEnvironmentRequest& request) {
  Report report(Report::Texts::kFinal);
  report.Required(FieldPath(""), "environment_id", request.environment_id(), rule::ResourceId);
  CheckSettings(request.environment(), FieldPath("environment"), &report);
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::GetEnvironmentRequest& request) { return OnlyName(request); }

std::vector<Violation> Validate(const provision::v1::ListEnvironmentsRequest& request) {
  Report report(Report::Texts::kFinal);
  CheckPage(request.page_size(), request.page_token(), FieldPath(""), &report);
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::UpdateEnvironmentRequest& request) {
  Report report(Report::Texts::kFinal);
  const FieldPath path("environment");
  CheckName(request.environment().name(), path, &report);
  CheckSettings(request.environment(), path, &report);
  for (const std::string& field : request.update_mask().paths()) {
    if (report.full()) break;
    static const std::vector<std::string> kSettable = {"description", "variables", "rollout", "parallelism",
                                                       "approval_required"};
    if (std::find(kSettable.begin(), kSettable.end(), field) != kSettable.end()) continue;
    report.Add(FieldPath("update_mask"),
               absl::StrCat("'", Shorten(Printable(field), 64),
                            "' cannot be updated; description, variables, rollout, parallelism and approval_required "
                            "can",
                            report.DidYouMean(field, kSettable)));
  }
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::DeleteEnvironmentRequest& request) { return OnlyName(request); }

}  // namespace pe
