// hostname: /etc/hostname, and the running host's name where it has an init of its own.
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/agent/steps/program.h"
#include "server/agent/steps/types.h"
#include "server/agent/steps/whole_file.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;

WholeFile WantedFile(const std::string* content) {
  return {.path = "/etc/hostname", .content = content, .attributes = {.mode = "0644"}};
}

absl::StatusOr<std::string> LiveName(StepContext& context) {
  PE_ASSIGN_OR_RETURN(const std::string text, context.files.Read("/proc/sys/kernel/hostname", 1024));
  return std::string(absl::StripAsciiWhitespace(text));
}

absl::Status SetLive(const std::string& name, StepContext& context) {
  return RunOrFail({.argv = {"hostname", name}}, context, "HOSTNAME_REFUSED",
                   "see whether the host may change its own name")
      .status();
}

class HostnameStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const std::string& name = body.hostname().name();
    const std::string content = absl::StrCat(name, "\n");
    PE_ASSIGN_OR_RETURN(Observation seen, Compare(WantedFile(&content), context));
    if (seen.right) seen.summary = absl::StrCat("the host's name is ", name);
    if (!context.has_init) return seen;
    PE_ASSIGN_OR_RETURN(const std::string live, LiveName(context));
    if (live == name) return seen;
    seen.right = false;
    seen.summary = absl::StrCat("the host's name is ", live, " instead of ", name);
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    const std::string& name = body.hostname().name();
    const std::string content = absl::StrCat(name, "\n");
    PE_ASSIGN_OR_RETURN(bool changed, Put(WantedFile(&content), context));
    if (context.has_init) {
      PE_ASSIGN_OR_RETURN(const std::string live, LiveName(context));
      if (live != name) {
        PE_RETURN_IF_ERROR(context.undo.Record(Serialize({{"before", live}, {"after", name}})));
        PE_RETURN_IF_ERROR(SetLive(name, context));
        changed = true;
      }
    }
    return Applied{.changed = changed, .message = absl::StrCat("the host's name is ", name)};
  }

  absl::Status Undo(const StepBody&, absl::string_view text, StepContext& context) const override {
    PE_ASSIGN_OR_RETURN(const Record record, ParseRecord(text));
    if (IsPathRecord(record)) return UndoPath(record, context);
    PE_ASSIGN_OR_RETURN(const std::string live, LiveName(context));
    if (live == ValueOf(record, "before")) return absl::OkStatus();
    if (live != ValueOf(record, "after")) return UndoConflict(absl::StrCat("the host's name (", live, " now)"));
    return SetLive(ValueOf(record, "before"), context);
  }
};

}  // namespace

const StepType& HostnameType() {
  static const HostnameStep type;
  return type;
}

}  // namespace pe::agent
