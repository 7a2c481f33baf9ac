// reboot: another boot of the host. The intent in the journal names the boot that it was written in; the step is right
// when an agent of a later boot takes the run up again.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/agent/steps/program.h"
#include "server/agent/steps/systemctl.h"
#include "server/agent/steps/types.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;

constexpr int64_t kLookEveryUs = kMicrosPerSecond;

class RebootStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    if (!context.begun_in.empty() && context.begun_in != context.boot)
      return Observation{.right = true, .summary = "the host was rebooted"};
    if (!body.reboot().if_required()) return Observation{.summary = "the host is to be rebooted"};
    PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> required, context.files.Stat("/run/reboot-required"));
    if (required) return Observation{.summary = "the host says that it must be rebooted"};
    return Observation{.right = true, .summary = "no reboot is required"};
  }

  absl::StatusOr<Applied> Apply(const StepBody&, const Observation&, StepContext& context) const override {
    if (!context.has_init)
      return StepError(absl::StatusCode::kFailedPrecondition, "CANNOT_REBOOT", "systemd is not this host's init");
    context.reporter.Waiting("the host goes down and comes up again");
    PE_RETURN_IF_ERROR(Systemctl({"reboot"}, context));
    // Nobody returns from here but by the step's timeout or a cancel: the host goes down with this agent.
    while (true) PE_RETURN_IF_ERROR(Pause(kLookEveryUs, context));
  }

  absl::Status Undo(const StepBody&, absl::string_view, StepContext&) const override {
    return absl::UnimplementedError("a reboot cannot be taken back");
  }

  bool EndsBoot() const override { return true; }
};

}  // namespace

const StepType& RebootType() {
  static const RebootStep type;
  return type;
}

}  // namespace pe::agent
