// user: a local account, by useradd, usermod and userdel; only the fields that are set are changed. A password hash
// goes through chpasswd's standard input, never through an argument list. A removed user's home stays.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "server/agent/steps/account_files.h"
#include "server/agent/steps/path_change.h"
#include "server/agent/steps/program.h"
#include "server/agent/steps/types.h"
#include "server/agent/steps/user_undo.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;
using provision::v1::User;

std::vector<std::string> WantedGroups(const User& user, const LocalUser* now) {
  std::vector<std::string> groups(user.groups().begin(), user.groups().end());
  if (user.append_groups() && now != nullptr) groups.insert(groups.end(), now->groups.begin(), now->groups.end());
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

struct Difference {
  std::vector<std::string> options;  // of usermod
  std::vector<std::string> words;    // for people
};

Difference Compare(const User& user, const LocalUser& now) {
  Difference difference;
  const auto check = [&](bool differs, absl::string_view what, const std::string& is, const std::string& wanted,
                         std::vector<std::string> options) {
    if (!differs) return;
    difference.words.push_back(
        absl::StrCat(what, " ", is.empty() ? "(none)" : is, " instead of ", wanted.empty() ? "(none)" : wanted));
    difference.options.insert(difference.options.end(), options.begin(), options.end());
  };
  const std::string uid = absl::StrCat(user.uid());
  check(user.uid() != 0 && user.uid() != now.entry.uid, "uid", absl::StrCat(now.entry.uid), uid, {"-u", uid});
  const bool same_group = user.group() == now.group || user.group() == absl::StrCat(now.entry.gid);
  check(!user.group().empty() && !same_group, "group", now.group, user.group(), {"-g", user.group()});
  check(!user.home().empty() && user.home() != now.entry.home, "home", now.entry.home, user.home(),
        {"-d", user.home()});
  check(!user.shell().empty() && user.shell() != now.entry.shell, "shell", now.entry.shell, user.shell(),
        {"-s", user.shell()});
  check(!user.comment().empty() && user.comment() != now.entry.comment, "comment", now.entry.comment, user.comment(),
        {"-c", user.comment()});
  const std::string groups = absl::StrJoin(WantedGroups(user, &now), ",");
  check(user.groups_size() > 0 && groups != absl::StrJoin(now.groups, ","), "groups", absl::StrJoin(now.groups, ","),
        groups, {"-G", groups});
  return difference;
}

bool WantsPassword(const User& user, const LocalUser* now) {
  return !user.password_hash().empty() && (now == nullptr || now->password_hash != user.password_hash());
}

absl::StatusOr<bool> WantsHome(const User& user, const LocalUser& now, StepContext& context) {
  if (!user.create_home()) return false;
  PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info,
                      context.files.Stat(user.home().empty() ? now.entry.home : user.home()));
  return !info;
}

std::string HomeOf(const User& user) { return user.home().empty() ? absl::StrCat("/home/", user.name()) : user.home(); }

absl::Status Add(const User& user, StepContext& context) {
  std::vector<std::string> argv = {"useradd"};
  const auto option = [&](bool set, absl::string_view flag, const std::string& value) {
    if (set) argv.insert(argv.end(), {std::string(flag), value});
  };
  PE_ASSIGN_OR_RETURN(const std::optional<GroupEntry> own, FindLocalGroup(context.files, user.name()));
  option(user.uid() != 0, "-u", absl::StrCat(user.uid()));
  option(!user.group().empty() || own, "-g", user.group().empty() ? user.name() : user.group());
  if (user.group().empty() && !own) argv.push_back("-U");
  option(user.groups_size() > 0, "-G", absl::StrJoin(WantedGroups(user, nullptr), ","));
  option(true, "-d", HomeOf(user));
  option(!user.shell().empty(), "-s", user.shell());
  option(!user.comment().empty(), "-c", user.comment());
  if (user.system()) argv.push_back("-r");
  argv.push_back(user.create_home() ? "-m" : "-M");
  argv.push_back(user.name());
  return RunAccountTool(std::move(argv), context);
}

absl::Status Modify(const User& user, const LocalUser& now, StepContext& context) {
  Difference difference = Compare(user, now);
  if (!difference.options.empty()) {
    difference.options.insert(difference.options.begin(), "usermod");
    difference.options.push_back(user.name());
    PE_RETURN_IF_ERROR(RunAccountTool(std::move(difference.options), context));
  }
  PE_ASSIGN_OR_RETURN(const bool home, WantsHome(user, now, context));
  if (!home) return absl::OkStatus();
  PE_ASSIGN_OR_RETURN(const std::optional<LocalUser> fresh, FindLocalUser(context.files, user.name()));
  if (!fresh) return absl::OkStatus();  // the observation after this says it
  const PathState directory{.kind = PathState::Kind::kDirectory,
                            .attributes = {.mode = 0700, .uid = fresh->entry.uid, .gid = fresh->entry.gid}};
  return ChangePath(fresh->entry.home, directory, nullptr, nullptr, context).status();
}

class UserStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const User& user = body.user();
    PE_ASSIGN_OR_RETURN(const std::optional<LocalUser> now, FindLocalUser(context.files, user.name()));
    Observation seen;
    if (user.state() == provision::v1::ABSENT) {
      seen.right = !now;
      seen.summary = absl::StrCat("user ", user.name(), now ? " exists and is to be removed" : " does not exist");
      return seen;
    }
    if (!now) {
      seen.summary = absl::StrCat("user ", user.name(), " does not exist");
      return seen;
    }
    std::vector<std::string> words = Compare(user, *now).words;
    if (WantsPassword(user, &*now)) words.push_back("password hash differs");
    PE_ASSIGN_OR_RETURN(const bool home, WantsHome(user, *now, context));
    if (home) words.push_back("its home does not exist");
    seen.right = words.empty();
    seen.summary =
        absl::StrCat("user ", user.name(), seen.right ? " is as it should be" : ": ", absl::StrJoin(words, ", "));
    seen.values = {
        {"uid", absl::StrCat(now->entry.uid)}, {"gid", absl::StrCat(now->entry.gid)}, {"home", now->entry.home}};
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation& observed,
                                StepContext& context) const override {
    const User& user = body.user();
    PE_ASSIGN_OR_RETURN(const std::optional<LocalUser> now, FindLocalUser(context.files, user.name()));
    const bool absent = user.state() == provision::v1::ABSENT;
    if (observed.right || (absent && !now)) return Applied{.changed = false, .message = observed.summary};
    PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> home, context.files.Stat(now ? now->entry.home : HomeOf(user)));
    PE_RETURN_IF_ERROR(context.undo.Record(UserRecord(now, std::nullopt, false)));
    if (absent) {
      PE_RETURN_IF_ERROR(RunAccountTool({"userdel", user.name()}, context));
    } else {
      PE_RETURN_IF_ERROR(now ? Modify(user, *now, context) : Add(user, context));
      if (WantsPassword(user, now ? &*now : nullptr))
        PE_RETURN_IF_ERROR(SetPasswordHash(user.name(), user.password_hash(), context));
    }
    // Numbers and defaults that the tools chose are known only now; undo compares with them.
    PE_ASSIGN_OR_RETURN(const std::optional<LocalUser> after, FindLocalUser(context.files, user.name()));
    PE_RETURN_IF_ERROR(context.undo.Record(UserRecord(now, after, !now && !home && user.create_home())));
    return Applied{.message = absl::StrCat("user ", user.name(), absent ? " is removed" : " is in place")};
  }

  absl::Status Undo(const StepBody& body, absl::string_view record, StepContext& context) const override {
    PE_ASSIGN_OR_RETURN(const Record parsed, ParseRecord(record));
    return IsPathRecord(parsed) ? UndoPath(parsed, context) : UndoUser(body.user().name(), parsed, context);
  }
};

}  // namespace

const StepType& UserType() {
  static const UserStep type;
  return type;
}

}  // namespace pe::agent
