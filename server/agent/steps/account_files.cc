#include "server/agent/steps/account_files.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"

namespace pe::agent {
namespace {

constexpr int64_t kMostBytes = 16 * 1024 * 1024;

absl::StatusOr<std::string> ReadOrEmpty(FileSystem& files, const std::string& path) {
  absl::StatusOr<std::string> text = files.Read(path, kMostBytes);
  if (absl::IsNotFound(text.status())) return std::string();
  return text;
}

// The line of a name in a file of fields between colons.
absl::string_view LineOf(absl::string_view text, absl::string_view name) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (line.size() > name.size() && line[name.size()] == ':' && absl::StartsWith(line, name)) return line;
  }
  return "";
}

}  // namespace

absl::StatusOr<std::optional<LocalUser>> FindLocalUser(FileSystem& files, const std::string& name) {
  PE_ASSIGN_OR_RETURN(const std::string passwd, ReadOrEmpty(files, "/etc/passwd"));
  std::optional<UserEntry> entry = ParsePasswdLine(LineOf(passwd, name));
  if (!entry) return std::optional<LocalUser>();
  LocalUser user{.entry = *std::move(entry)};
  PE_ASSIGN_OR_RETURN(const std::string groups, ReadOrEmpty(files, "/etc/group"));
  user.group = absl::StrCat(user.entry.gid);
  for (const absl::string_view line : absl::StrSplit(groups, '\n')) {
    const std::optional<GroupEntry> group = ParseGroupLine(line);
    if (!group) continue;
    if (group->gid == user.entry.gid) user.group = group->name;
    if (std::count(group->members.begin(), group->members.end(), name) > 0) user.groups.push_back(group->name);
  }
  std::sort(user.groups.begin(), user.groups.end());
  PE_ASSIGN_OR_RETURN(const std::string shadow, ReadOrEmpty(files, "/etc/shadow"));
  const std::vector<absl::string_view> fields = absl::StrSplit(LineOf(shadow, name), ':');
  if (fields.size() > 1) user.password_hash = std::string(fields[1]);
  return std::optional<LocalUser>(std::move(user));
}

absl::StatusOr<std::optional<GroupEntry>> FindLocalGroup(FileSystem& files, const std::string& name) {
  PE_ASSIGN_OR_RETURN(const std::string groups, ReadOrEmpty(files, "/etc/group"));
  return ParseGroupLine(LineOf(groups, name));
}

}  // namespace pe::agent
