#include "server/engine/host_fit.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/text.h"

namespace pe {
namespace {

using provision::v1::Facts;
using provision::v1::Probe;
using provision::v1::StepBody;

constexpr size_t kNamesShown = 10;

// What each reduction means, for a person; the steps' ids follow.
const char* Meaning(const std::string& code) {
  if (code == "UNITS_ONLY_ENABLED")
    return "systemd does not run on this target, so units are enabled or disabled and not started, stopped or "
           "restarted";
  if (code == "SYSCTL_ONLY_PERSISTED")
    return "this target's kernel is not its own, so kernel parameters are written below /etc/sysctl.d and take effect "
           "at its next boot";
  if (code == "PROBES_SKIPPED") return "nothing runs in a root filesystem, so these conditions are not looked at";
  if (code == "REBOOTS_SKIPPED") return "a root filesystem does not run, so it is not rebooted";
  return "nothing runs in a root filesystem, so it is not registered with Prometheus";
}

std::string Shown(absl::string_view fact) { return Shorten(Printable(fact), 60); }

// The key's line in a file below /etc/sysctl.d.
StepBody PersistOnly(const provision::v1::Sysctl& sysctl) {
  StepBody body;
  auto* edit = body.mutable_file_edit();
  edit->set_path(absl::StrCat("/etc/sysctl.d/", sysctl.file().empty() ? "60-provision.conf" : sysctl.file()));
  edit->set_create(true);
  edit->mutable_line()->set_line(absl::StrCat(sysctl.key(), " = ", sysctl.value()));
  edit->mutable_line()->set_match(
      absl::StrCat("^[[:space:]]*", absl::StrReplaceAll(sysctl.key(), {{".", "\\."}}), "[[:space:]]*="));
  return body;
}

}  // namespace

bool HostFit::Has(Facts::Capability capability) const {
  return std::find(facts_.capabilities().begin(), facts_.capabilities().end(), capability) !=
         facts_.capabilities().end();
}

void HostFit::CheckOs(const provision::v1::OperatingSystem& wanted) {
  const FieldPath path("spec.os");
  const std::string asked = absl::StrCat(wanted.distribution(), wanted.release().empty() ? "" : " ", wanted.release());
  if (!facts_.has_os())
    return report_->Add(path, absl::StrCat("the target has no operating system, and ", asked,
                                           " is installed only into a rootfs:// target"));
  const bool release =
      wanted.release().empty() || wanted.release() == facts_.os_codename() || wanted.release() == facts_.os_version();
  if (wanted.distribution() == facts_.os_id() && release) return;
  report_->Add(path, absl::StrCat("the target runs ", Shown(facts_.os_id()), " ", Shown(facts_.os_version()), " (",
                                  Shown(facts_.os_codename()), ") and the spec wants ", asked));
}

void HostFit::NeedApt(const FieldPath& path) {
  if (facts_.package_manager() == "apt" || apt_reported_) return;
  apt_reported_ = true;  // once is enough for a target
  if (!facts_.has_os())
    return report_->Add(path, "the target has no operating system to install packages into; set os in the spec");
  report_->Add(path, facts_.package_manager().empty()
                         ? "the target has no package manager that is known; packages need apt"
                         : absl::StrCat("the target's package manager is ", Shown(facts_.package_manager()),
                                        ", and only apt is supported"));
}

std::string HostFit::FitProbe(const std::string& id, const FieldPath& path, const Probe& probe) {
  if (probe.has_file()) return "";
  if (rootfs_) return Warn("PROBES_SKIPPED", id), "nothing runs in a root filesystem";
  if (probe.has_unit() && !Has(Facts::INIT))
    report_->Add(path, "a unit is probed, and systemd does not run on this target");
  return "";
}

std::string HostFit::Fit(const std::string& id, const FieldPath& path, StepBody* body) {
  switch (body->kind_case()) {
    case StepBody::kPackage:
    case StepBody::kRepository:
    case StepBody::kRepositoryKey:
    case StepBody::kSecurityPatches:
      NeedApt(path);
      break;
    case StepBody::kProbe:
      return FitProbe(id, path, body->probe());
    case StepBody::kUnit:
      if (!Has(Facts::INIT)) Warn("UNITS_ONLY_ENABLED", id);
      break;
    case StepBody::kReboot:
      if (rootfs_) return Warn("REBOOTS_SKIPPED", id), "a root filesystem does not run";
      if (!Has(Facts::REBOOT))
        report_->Add(path, "the target cannot be rebooted: systemd is not its init, or its login is not root");
      break;
    case StepBody::kSysctl:
      if (!Has(Facts::KERNEL))
        Warn("SYSCTL_ONLY_PERSISTED", id), *body = PersistOnly(provision::v1::Sysctl(body->sysctl()));
      break;
    default:
      break;
  }
  return "";
}

void HostFit::Warn(const std::string& code, const std::string& id) { reduced_[code].push_back(id); }

std::vector<provision::v1::Warning> HostFit::Warnings() const {
  std::vector<provision::v1::Warning> out;
  for (const auto& [code, ids] : reduced_) {
    const std::vector<std::string> shown(ids.begin(), ids.begin() + std::min(ids.size(), kNamesShown));
    const std::string more = ids.size() > kNamesShown ? absl::StrCat(" and ", ids.size() - kNamesShown, " more") : "";
    provision::v1::Warning& warning = out.emplace_back();
    warning.set_code(code);
    warning.set_message(absl::StrCat(Meaning(code), ": ", absl::StrJoin(shown, ", "), more));
  }
  return out;
}

}  // namespace pe
