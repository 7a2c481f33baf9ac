// Checks of the requests of ResourceService.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "server/engine/validate.h"
#include "server/engine/validate_requests.h"

namespace pe {
namespace {

using provision::v1::Resource;

constexpr size_t kMaxLabels = 64;
constexpr size_t kMaxReasonBytes = 500;

void CheckLabels(const Resource& resource, const FieldPath& path, Report* report) {
  const FieldPath labels(path, "labels");
  if (resource.labels().size() > kMaxLabels) report->Add(labels, absl::StrCat("more than ", kMaxLabels, " labels"));
  for (const auto& [key, value] : resource.labels()) {
    if (report->full()) return;
    report->Plain(labels, key, rule::LabelKey);
    report->Plain(FieldPath(labels, key), value, rule::LabelValue);
  }
}

// Everything a caller may set but the address.
void CheckSettings(const Resource& resource, const FieldPath& path, Report* report) {
  CheckLabels(resource, path, report);
  report->Optional(path, "environment", resource.environment(), rule::EnvironmentName);
  report->Optional(path, "credential", resource.credential(), rule::CredentialName);
  if (resource.etag().size() > 64) report->Add(path, "etag", "is no etag of this engine");
}

void CheckName(const std::string& name, const FieldPath& parent, Report* report) {
  report->Required(parent, "name", name, rule::ResourceName);
}

template <typename Request>
std::vector<Violation> OnlyName(const Request& request) {
  Report report(Report::Texts::kFinal);
  CheckName(request.name(), FieldPath(""), &report);
  return report.Take();
}

}  // namespace

std::vector<Violation> Validate(const provision::v1::CreateResourceRequest& request) {
  Report report(Report::Texts::kFinal);
  report.Required(FieldPath(""), "resource_id", request.resource_id(), rule::ResourceId);
  const FieldPath path("resource");
  CheckAddress(request.resource().address(), request.resource().host_key(), path, &report);
  CheckSettings(request.resource(), path, &report);
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::GetResourceRequest& request) { return OnlyName(request); }

std::vector<Violation> Validate(const provision::v1::ListResourcesRequest& request) {
  Report report(Report::Texts::kFinal);
  const FieldPath root("");
  CheckPage(request.page_size(), request.page_token(), root, &report);
  report.Optional(root, "label_selector", request.label_selector(), rule::LabelSelector);
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::UpdateResourceRequest& request) {
  Report report(Report::Texts::kFinal);
  const FieldPath path("resource");
  const Resource& resource = request.resource();
  CheckName(resource.name(), path, &report);
  if (!resource.address().empty()) CheckAddress(resource.address(), resource.host_key(), path, &report);
  else report.Optional(path, "host_key", resource.host_key(), rule::HostKey);
  CheckSettings(resource, path, &report);
  const FieldPath mask("update_mask");
  for (const std::string& field : request.update_mask().paths()) {
    if (report.full()) break;
    static const std::vector<std::string> kSettable = {"address", "host_key", "labels", "environment", "credential"};
    if (std::find(kSettable.begin(), kSettable.end(), field) != kSettable.end()) continue;
    report.Add(mask, absl::StrCat("'", Shorten(Printable(field), 64),
                                  "' cannot be updated; address, host_key, labels, environment and credential can",
                                  report.DidYouMean(field, kSettable)));
  }
  for (const std::string& field : request.update_mask().paths()) {
    if (field == "address" && resource.address().empty())
      report.Add(path, "address", "is required: update_mask names it");
  }
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::DeleteResourceRequest& request) { return OnlyName(request); }

std::vector<Violation> Validate(const provision::v1::DisableResourceRequest& request) {
  Report report(Report::Texts::kFinal);
  const FieldPath root("");
  CheckName(request.name(), root, &report);
  report.Optional(root, "reason", request.reason(), rule::OneLine);
  if (request.reason().size() > kMaxReasonBytes)
    report.Add(root, "reason", absl::StrCat("is longer than ", kMaxReasonBytes, " bytes"));
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::EnableResourceRequest& request) { return OnlyName(request); }

std::vector<Violation> Validate(const provision::v1::TrustResourceRequest& request) {
  Report report(Report::Texts::kFinal);
  const FieldPath root("");
  CheckName(request.name(), root, &report);
  report.Required(root, "host_key", request.host_key(), rule::HostKey);
  return report.Take();
}

std::vector<Violation> Validate(const provision::v1::WaiveHandlersRequest& request) {
  Report report(Report::Texts::kFinal);
  const FieldPath root("");
  CheckName(request.name(), root, &report);
  report.Optional(root, "job", request.job(), rule::JobName);
  if (request.handlers().empty()) report.Add(root, "handlers", "is required: ids as `pe resource get` shows them");
  for (int i = 0; i < request.handlers_size() && !report.full(); ++i) {
    if (request.handlers(i).empty()) report.Add(root, absl::StrCat("handlers[", i, "]"), "is empty");
  }
  return report.Take();
}

}  // namespace pe
