// Checks of a spec as a whole and of its sections.
#include "server/engine/validate_spec.h"

#include "absl/strings/str_cat.h"
#include "server/engine/expression_names.h"
#include "server/engine/validate.h"
#include "server/engine/validate_body.h"
#include "server/engine/validate_steps.h"
#include "server/engine/validate_texts.h"
#include "server/engine/variables.h"

namespace pe {
namespace {

using provision::v1::ServiceSpec;

void CheckOs(const provision::v1::OperatingSystem& os, const FieldPath& path, Report* report) {
  report->Required(path, "distribution", os.distribution(), rule::Distribution);
  report->Optional(path, "release", os.release(), rule::Release);
  if (!os.has_image()) return;
  const FieldPath image(path, "image");
  if (!os.image().distribution().empty() || !os.image().release().empty())
    report->Add(image, "distribution and release are set in os, not in image");
  if (!os.image().root().empty())
    report->Add(image, "root", "comes from the target's address (rootfs:///PATH) and is not set in a spec");
  provision::v1::OsImage whole = os.image();
  whole.set_distribution(os.distribution());
  whole.set_release(os.release());
  Check(whole, image, report);
}

void CheckSections(const ServiceSpec& spec, const FieldPath& path, Report* report) {
  if (spec.name().empty()) report->Add(path, "name", "is required");
  else report->Plain(FieldPath(path, "name"), spec.name(), rule::ServiceName);
  report->Optional(path, "version", spec.version(), rule::OneLine);
  if (spec.version().size() > 64) report->Add(path, "version", "is longer than 64 characters");
  if (spec.has_os()) CheckOs(spec.os(), FieldPath(path, "os"), report);
  CheckPackages(spec.libraries(), path, "libraries", report);
  if (spec.has_monitoring()) Check(spec.monitoring(), FieldPath(path, "monitoring"), report);
  for (int i = 0; i < spec.acceptance_size() && !report->full(); ++i)
    Check(spec.acceptance(i), FieldPath(path, "acceptance", i), report);
}

// True when the rest of the spec is worth looking at.
bool CheckSize(const ServiceSpec& spec, const FieldPath& path, Report* report) {
  const size_t bytes = spec.ByteSizeLong();
  if (bytes > kMaxSpecBytes)
    report->Add(path, absl::StrCat("is larger than 1 MiB (", bytes, " bytes); bring large files with download"));
  const int steps = spec.steps_size() + spec.handlers_size();
  if (steps > kMaxSteps)
    report->Add(path, "steps", absl::StrCat("more than ", kMaxSteps, " steps and handlers (", steps, ")"));
  return report->empty();
}

}  // namespace

void CheckSpec(const ServiceSpec& spec, const FieldPath& path, Report* report) {
  Report size(Report::Texts::kTemplates);
  if (!CheckSize(spec, path, &size)) {
    for (Violation& violation : size.Take()) report->Add(FieldPath(violation.field), std::move(violation.description));
    return;
  }
  const SpecNames names(spec);
  TextCheck texts(&names, report);
  CheckSections(spec, path, report);
  CheckDeclarations(spec, path, report);
  texts.Walk(spec, path);
  CheckSteps(spec, path, &texts, report);
}

std::vector<Violation> ValidateSpec(const ServiceSpec& spec, const std::string& prefix) {
  Report report(Report::Texts::kTemplates);
  CheckSpec(spec, FieldPath(prefix), &report);
  return report.Take();
}

}  // namespace pe
