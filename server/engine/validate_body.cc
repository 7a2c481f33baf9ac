#include "server/engine/validate_body.h"

namespace pe {
namespace {

using provision::v1::Step;
using provision::v1::StepBody;

// Holder is Step or StepBody: their oneofs have the same fields.
template <typename Holder>
void CheckAnyKind(const Holder& h, const FieldPath& path, Report* report) {
  switch (static_cast<StepBody::KindCase>(h.kind_case())) {
    case StepBody::kOsImage:
      return Check(h.os_image(), FieldPath(path, "os_image"), report);
    case StepBody::kRepository:
      return Check(h.repository(), FieldPath(path, "repository"), report);
    case StepBody::kRepositoryKey:
      return Check(h.repository_key(), FieldPath(path, "repository_key"), report);
    case StepBody::kPackage:
      return Check(h.package(), FieldPath(path, "package"), report);
    case StepBody::kSecurityPatches:
      return Check(h.security_patches(), FieldPath(path, "security_patches"), report);
    case StepBody::kFile:
      return Check(h.file(), FieldPath(path, "file"), report);
    case StepBody::kDirectory:
      return Check(h.directory(), FieldPath(path, "directory"), report);
    case StepBody::kSymlink:
      return Check(h.symlink(), FieldPath(path, "symlink"), report);
    case StepBody::kFileEdit:
      return Check(h.file_edit(), FieldPath(path, "file_edit"), report);
    case StepBody::kDownload:
      return Check(h.download(), FieldPath(path, "download"), report);
    case StepBody::kUser:
      return Check(h.user(), FieldPath(path, "user"), report);
    case StepBody::kGroup:
      return Check(h.group(), FieldPath(path, "group"), report);
    case StepBody::kAuthorizedKey:
      return Check(h.authorized_key(), FieldPath(path, "authorized_key"), report);
    case StepBody::kUnit:
      return Check(h.unit(), FieldPath(path, "unit"), report);
    case StepBody::kSysctl:
      return Check(h.sysctl(), FieldPath(path, "sysctl"), report);
    case StepBody::kHostname:
      return Check(h.hostname(), FieldPath(path, "hostname"), report);
    case StepBody::kReboot:
      return Check(h.reboot(), FieldPath(path, "reboot"), report);
    case StepBody::kExec:
      return Check(h.exec(), FieldPath(path, "exec"), report);
    case StepBody::kProbe:
      return Check(h.probe(), FieldPath(path, "probe"), report);
    case StepBody::kMonitoring:
      return Check(h.monitoring(), FieldPath(path, "monitoring"), report);
    case StepBody::KIND_NOT_SET:
      return report->Add(path, "has no kind; set one of file, package, unit, exec ...");
  }
}

// Fields of Step and StepBody with one name and number; the switch above relies on it.
static_assert(static_cast<int>(Step::kOsImage) == static_cast<int>(StepBody::kOsImage));
static_assert(static_cast<int>(Step::kExec) == static_cast<int>(StepBody::kExec));
static_assert(static_cast<int>(Step::kMonitoring) == static_cast<int>(StepBody::kMonitoring));
static_assert(static_cast<int>(Step::KIND_NOT_SET) == static_cast<int>(StepBody::KIND_NOT_SET));

}  // namespace

void CheckKind(const StepBody& body, const FieldPath& path, Report* report) { CheckAnyKind(body, path, report); }

void CheckKind(const Step& step, const FieldPath& path, Report* report) { CheckAnyKind(step, path, report); }

std::vector<Violation> ValidateBody(const StepBody& body, const std::string& prefix) {
  Report report(Report::Texts::kFinal);
  CheckKind(body, FieldPath(prefix), &report);
  return report.Take();
}

}  // namespace pe
