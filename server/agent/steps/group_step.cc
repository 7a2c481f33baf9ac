// group: a local group, by groupadd, groupmod and groupdel.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "server/agent/steps/account_files.h"
#include "server/agent/steps/path_change.h"
#include "server/agent/steps/program.h"
#include "server/agent/steps/record.h"
#include "server/agent/steps/types.h"

namespace pe::agent {
namespace {

using provision::v1::Group;
using provision::v1::StepBody;

// Of what a record compares: "absent", or the gid. Members are other steps' business.
std::string Fingerprint(const std::optional<GroupEntry>& group) { return group ? absl::StrCat(group->gid) : "absent"; }

absl::Status Run(std::vector<std::string> argv, StepContext& context) {
  return RunOrFail(Streamed({.argv = std::move(argv), .interruptible = false}, context), context, "GROUP_FAILED",
                   "see whether the name or the number is taken on the host")
      .status();
}

class GroupStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const Group& group = body.group();
    PE_ASSIGN_OR_RETURN(const std::optional<GroupEntry> now, FindLocalGroup(context.files, group.name()));
    Observation seen;
    if (group.state() == provision::v1::ABSENT) {
      seen.right = !now;
      seen.summary = absl::StrCat("group ", group.name(), now ? " exists and is to be removed" : " does not exist");
    } else if (!now) {
      seen.summary = absl::StrCat("group ", group.name(), " does not exist");
    } else {
      seen.right = group.gid() == 0 || group.gid() == now->gid;
      seen.summary = absl::StrCat("group ", group.name(), " has gid ", now->gid,
                                  seen.right ? "" : absl::StrCat(" instead of ", group.gid()));
      seen.values["gid"] = absl::StrCat(now->gid);
    }
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    const Group& group = body.group();
    PE_ASSIGN_OR_RETURN(const std::optional<GroupEntry> now, FindLocalGroup(context.files, group.name()));
    const bool absent = group.state() == provision::v1::ABSENT;
    if (absent ? !now : now && (group.gid() == 0 || group.gid() == now->gid)) {
      return Applied{.changed = false, .message = absl::StrCat("group ", group.name(), " is as it should be")};
    }
    // A number that groupadd chooses is not known before: "any" stands for it.
    PE_RETURN_IF_ERROR(context.undo.Record(Serialize({{"before", Fingerprint(now)},
                                                      {"after", absent             ? "absent"
                                                                : group.gid() == 0 ? "any"
                                                                                   : absl::StrCat(group.gid())},
                                                      {"members", now ? absl::StrJoin(now->members, ",") : ""}})));
    std::vector<std::string> argv = {absent ? "groupdel" : now ? "groupmod" : "groupadd"};
    if (!absent && group.gid() != 0) argv.insert(argv.end(), {"-g", absl::StrCat(group.gid())});
    if (!absent && !now && group.system()) argv.push_back("-r");
    argv.push_back(group.name());
    PE_RETURN_IF_ERROR(Run(std::move(argv), context));
    return Applied{.message = absl::StrCat("group ", group.name(), absent ? " is removed" : " is in place")};
  }

  absl::Status Undo(const StepBody& body, absl::string_view text, StepContext& context) const override {
    const std::string& name = body.group().name();
    PE_ASSIGN_OR_RETURN(const Record record, ParseRecord(text));
    PE_ASSIGN_OR_RETURN(const std::optional<GroupEntry> now, FindLocalGroup(context.files, name));
    const std::string before = ValueOf(record, "before"), after = ValueOf(record, "after");
    if (Fingerprint(now) == before) return absl::OkStatus();
    const bool ours = after == "any" ? now.has_value() : Fingerprint(now) == after;
    if (!ours || (before == "absent" && !now->members.empty())) return UndoConflict(absl::StrCat("group ", name));
    if (before == "absent") return Run({"groupdel", name}, context);
    if (now) return Run({"groupmod", "-g", before, name}, context);
    PE_RETURN_IF_ERROR(Run({"groupadd", "-g", before, name}, context));
    const std::string members = ValueOf(record, "members");
    return members.empty() ? absl::OkStatus() : Run({"gpasswd", "-M", members, name}, context);
  }
};

}  // namespace

const StepType& GroupType() {
  static const GroupStep type;
  return type;
}

}  // namespace pe::agent
