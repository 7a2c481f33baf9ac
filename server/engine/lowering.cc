#include "server/engine/lowering.h"

#include <google/protobuf/descriptor.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/clock.h"
#include "base/text.h"

namespace pe {
namespace {

using provision::v1::Probe;
using provision::v1::ServiceSpec;
using provision::v1::Step;
using provision::v1::StepBody;
using Part = OutlineNode::Part;

constexpr int64_t kMinute = 60 * kMicrosPerSecond;

// mmdebstrap wants code names.
std::string CodeName(const std::string& release) {
  if (release == "11") return "bullseye";
  if (release == "12") return "bookworm";
  if (release == "13") return "trixie";
  return release;
}

StepBody OsImageBody(const ServiceSpec& spec, const TargetIdentity& target) {
  StepBody body;
  auto* image = body.mutable_os_image();
  *image = spec.os().image();
  image->set_distribution(spec.os().distribution());
  image->set_release(CodeName(spec.os().release()));
  image->set_root(target.root);
  return body;
}

std::string Names(const provision::v1::Package& package) {
  return Shorten(absl::StrJoin(package.packages(), ", ",
                               [](std::string* out, const auto& item) { absl::StrAppend(out, item.name()); }),
                 120);
}

std::string ProbeTitle(const Probe& probe) {
  switch (probe.condition_case()) {
    case Probe::kTcp:
      return absl::StrCat("Port ", probe.tcp().port(), " accepts");
    case Probe::kHttp:
      return absl::StrCat(probe.http().url(), " answers ", probe.http().status() == 0 ? 200 : probe.http().status());
    case Probe::kUnit:
      return absl::StrCat(probe.unit().name(), " is active");
    case Probe::kFile:
      return absl::StrCat(probe.file().path(), " is there");
    case Probe::kPrometheusUp:
      return absl::StrCat("Prometheus reaches ", probe.prometheus_up().instance());
    case Probe::CONDITION_NOT_SET:
      break;
  }
  return "A condition";
}

}  // namespace

StepBody BodyOfStep(const Step& step) {
  StepBody body;
  const auto* from = step.GetReflection()->GetOneofFieldDescriptor(step, Step::descriptor()->FindOneofByName("kind"));
  if (from == nullptr) return body;
  const auto* to = StepBody::descriptor()->FindFieldByNumber(from->number());
  body.GetReflection()->MutableMessage(&body, to)->CopyFrom(step.GetReflection()->GetMessage(step, from));
  return body;
}

StepBody BodyOf(const OutlineNode& node, const ServiceSpec& spec, const TargetIdentity& target) {
  StepBody body;
  switch (node.part) {
    case Part::kOsImage:
      return OsImageBody(spec, target);
    case Part::kLibraries:
      *body.mutable_package()->mutable_packages() = spec.libraries();
      break;
    case Part::kSecurity:
      body.mutable_security_patches()->set_patches(spec.security().patches());
      break;
    case Part::kReboot:
      body.mutable_reboot()->set_if_required(true);
      break;
    case Part::kAcceptance:
      *body.mutable_probe() = *node.probe;
      break;
    default:
      if (node.step != nullptr) body = BodyOfStep(*node.step);
      if (body.has_os_image()) body.mutable_os_image()->set_root(target.root);
  }
  return body;
}

std::string TitleOf(const StepBody& body) {
  switch (body.kind_case()) {
    case StepBody::kOsImage:
      return absl::StrCat("Root filesystem of ", body.os_image().distribution(), " ", body.os_image().release());
    case StepBody::kPackage:
      return absl::StrCat("Install ", Names(body.package()));
    case StepBody::kSecurityPatches:
      return body.security_patches().patches() == provision::v1::SecurityPatches::ALL ? "All pending updates"
                                                                                      : "Security patches";
    case StepBody::kFile:
      return absl::StrCat("File ", body.file().path());
    case StepBody::kFileEdit:
      return absl::StrCat("Edit ", body.file_edit().path());
    case StepBody::kReboot:
      return body.reboot().if_required() ? "Reboot, if it is required" : "Reboot";
    case StepBody::kUnit:
      return absl::StrCat(body.unit().state() == provision::v1::Unit::RESTARTED ? "Restart " : "Start ",
                          body.unit().name());
    case StepBody::kProbe:
      return ProbeTitle(body.probe());
    default:
      return KindOf(body);
  }
}

std::string PlanReason(const OutlineNode& node) {
  if (node.part == Part::kAcceptance && node.step == nullptr && node.base == "health")
    return "proof that the target is well, asked for by the rollout's health gate";
  if (node.part == Part::kAcceptance) return "proof that the service answers, asked for by acceptance";
  if (node.step == nullptr) return absl::StrCat("asked for by ", node.section);
  return node.monitoring == nullptr ? absl::StrCat("step '", node.base, "' of the spec")
                                    : absl::StrCat("asked for by step '", node.base, "' of the spec");
}

std::string NotUndoable(const StepBody& body) {
  switch (body.kind_case()) {
    case StepBody::kOsImage:
      return "a root filesystem that was made is not taken apart again";
    case StepBody::kSecurityPatches:
      return "the versions before are usually no longer in the archive";
    case StepBody::kReboot:
      return "a reboot cannot be taken back";
    case StepBody::kExec:
      return body.exec().undo().empty() ? "a command without `undo` says nothing about how to undo it" : "";
    case StepBody::kDirectory:
      return body.directory().recurse() ? "what was inside the directory is not kept" : "";
    case StepBody::kUser:
      return body.user().state() == provision::v1::ABSENT ? "a removed account does not come back as it was" : "";
    case StepBody::kUnit: {
      const auto state = body.unit().state();
      const bool restart = state == provision::v1::Unit::RESTARTED || state == provision::v1::Unit::RELOADED;
      return restart ? "a restart cannot be taken back" : "";
    }
    default:
      return "";
  }
}

std::string KindOf(const StepBody& body) {
  const auto* field =
      body.GetReflection()->GetOneofFieldDescriptor(body, StepBody::descriptor()->FindOneofByName("kind"));
  return field == nullptr ? "" : field->name();
}

int64_t DefaultTimeoutMicros(const StepBody& body) {
  switch (body.kind_case()) {
    case StepBody::kOsImage:
    case StepBody::kPackage:
    case StepBody::kSecurityPatches:
      return 30 * kMinute;  // a slow mirror, a held dpkg lock
    // A Prometheus as it comes scrapes once a minute, and reads its files of targets as often as that.
    case StepBody::kProbe:
      return body.probe().has_prometheus_up() ? 3 * kMinute : kMinute;
    default:
      return 10 * kMinute;
  }
}

}  // namespace pe
