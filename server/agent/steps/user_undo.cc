#include "server/agent/steps/user_undo.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "server/agent/steps/path_change.h"
#include "server/agent/steps/program.h"

namespace pe::agent {
namespace {

constexpr char kAbsent[] = "absent";

std::string ToText(const std::optional<LocalUser>& user) {
  if (!user) return kAbsent;
  const UserEntry& entry = user->entry;
  return Serialize({{"uid", absl::StrCat(entry.uid)},
                    {"gid", absl::StrCat(entry.gid)},
                    {"group", user->group},
                    {"home", entry.home},
                    {"shell", entry.shell},
                    {"comment", entry.comment},
                    {"groups", absl::StrJoin(user->groups, ",")},
                    {"hash", user->password_hash}});
}

// Whether the home holds nothing but unchanged copies from /etc/skel.
bool OnlySkeleton(const std::string& home, FileSystem& files) {
  const absl::StatusOr<std::vector<std::string>> names = files.List(home);
  if (!names.ok()) return false;
  return std::all_of(names->begin(), names->end(), [&](const std::string& name) {
    const absl::StatusOr<PathState> ours = LookAt(files, absl::StrCat(home, "/", name));
    const absl::StatusOr<PathState> skeleton = LookAt(files, absl::StrCat("/etc/skel/", name));
    return ours.ok() && skeleton.ok() && ours->kind == PathState::Kind::kFile && ours->digest == skeleton->digest;
  });
}

absl::Status BringBack(const std::string& name, const Record& before, StepContext& context) {
  const std::string gid = ValueOf(before, "gid"), group = ValueOf(before, "group");
  PE_ASSIGN_OR_RETURN(const std::optional<GroupEntry> existing, FindLocalGroup(context.files, group));
  if (!existing && group != gid) PE_RETURN_IF_ERROR(RunAccountTool({"groupadd", "-g", gid, group}, context));
  std::vector<std::string> argv = {"useradd", "-M",
                                   "-u",      ValueOf(before, "uid"),
                                   "-g",      gid,
                                   "-d",      ValueOf(before, "home"),
                                   "-s",      ValueOf(before, "shell"),
                                   "-c",      ValueOf(before, "comment")};
  if (!ValueOf(before, "groups").empty()) argv.insert(argv.end(), {"-G", ValueOf(before, "groups")});
  argv.push_back(name);
  return RunAccountTool(std::move(argv), context);
}

absl::Status ChangeBack(const std::string& name, const Record& before, StepContext& context) {
  return RunAccountTool(
      {"usermod", "-u", ValueOf(before, "uid"), "-g", ValueOf(before, "gid"), "-d", ValueOf(before, "home"), "-s",
       ValueOf(before, "shell"), "-c", ValueOf(before, "comment"), "-G", ValueOf(before, "groups"), name},
      context);
}

}  // namespace

absl::Status RunAccountTool(std::vector<std::string> argv, StepContext& context) {
  return RunOrFail(Streamed({.argv = std::move(argv), .interruptible = false}, context), context, "USER_FAILED",
                   "see whether the name or the number is taken, the groups exist, and whether the user is logged in")
      .status();
}

absl::Status SetPasswordHash(const std::string& name, const std::string& hash, StepContext& context) {
  // "*" or "!" lock an account; chpasswd takes them as they are.
  const Command command{
      .argv = {"chpasswd", "-e"}, .standard_input = absl::StrCat(name, ":", hash, "\n"), .interruptible = false};
  return RunOrFail(command, context, "USER_FAILED", "the hash has to be in crypt(5) form").status();
}

std::string UserRecord(const std::optional<LocalUser>& before, const std::optional<LocalUser>& after, bool made_home) {
  return Serialize({{"before", ToText(before)},
                    {"after", ToText(after)},
                    {"made_home", made_home && after ? after->entry.home : ""}});
}

absl::Status UndoUser(const std::string& name, const Record& record, StepContext& context) {
  PE_ASSIGN_OR_RETURN(const std::optional<LocalUser> now, FindLocalUser(context.files, name));
  const std::string before = ValueOf(record, "before");
  if (ToText(now) == before) return absl::OkStatus();
  if (ToText(now) != ValueOf(record, "after")) return UndoConflict(absl::StrCat("user ", name));
  if (before == kAbsent) {
    PE_RETURN_IF_ERROR(RunAccountTool({"userdel", name}, context));
    const std::string home = ValueOf(record, "made_home");
    return !home.empty() && OnlySkeleton(home, context.files) ? context.files.RemoveAll(home) : absl::OkStatus();
  }
  PE_ASSIGN_OR_RETURN(const Record fields, ParseRecord(before));
  PE_RETURN_IF_ERROR(now ? ChangeBack(name, fields, context) : BringBack(name, fields, context));
  PE_ASSIGN_OR_RETURN(const std::optional<LocalUser> back, FindLocalUser(context.files, name));
  const std::string hash = ValueOf(fields, "hash");
  if (hash.empty() || !back || back->password_hash == hash) return absl::OkStatus();
  return SetPasswordHash(name, hash, context);
}

}  // namespace pe::agent
