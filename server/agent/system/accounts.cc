#include "server/agent/system/accounts.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"

namespace pe::agent {
namespace {

constexpr int64_t kMostBytes = 16 * 1024 * 1024;
constexpr int64_t kGetentTimeoutUs = 10 * 1000 * 1000;

// The entry of `text` with this name, else the one with this id.
template <typename Entry>
std::optional<Entry> FindIn(const std::string& text, absl::string_view name,
                            std::optional<Entry> (*parse)(absl::string_view), uint32_t Entry::*id) {
  uint32_t number = 0;
  const bool numeric = absl::SimpleAtoi(name, &number);
  std::optional<Entry> by_id;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!numeric && !absl::StartsWith(line, name)) continue;
    std::optional<Entry> entry = parse(line);
    if (!entry) continue;
    if (entry->name == name) return entry;
    if (numeric && !by_id && (*entry).*id == number) by_id = std::move(entry);
  }
  return by_id;
}

}  // namespace

std::optional<UserEntry> ParsePasswdLine(absl::string_view line) {
  const std::vector<absl::string_view> f = absl::StrSplit(line, ':');
  UserEntry user;
  if (f.size() != 7 || f[0].empty() || f[0][0] == '#' || f[0][0] == '+' || f[0][0] == '-') return std::nullopt;
  if (!absl::SimpleAtoi(f[2], &user.uid) || !absl::SimpleAtoi(f[3], &user.gid)) return std::nullopt;
  user.name = std::string(f[0]);
  user.comment = std::string(f[4]);
  user.home = std::string(f[5]);
  user.shell = std::string(f[6]);
  return user;
}

std::optional<GroupEntry> ParseGroupLine(absl::string_view line) {
  const std::vector<absl::string_view> f = absl::StrSplit(line, ':');
  GroupEntry group;
  if (f.size() != 4 || f[0].empty() || f[0][0] == '#' || f[0][0] == '+' || f[0][0] == '-') return std::nullopt;
  if (!absl::SimpleAtoi(f[2], &group.gid)) return std::nullopt;
  group.name = std::string(f[0]);
  group.members = absl::StrSplit(f[3], ',', absl::SkipEmpty());
  return group;
}

absl::StatusOr<std::string> Accounts::ReadDatabase(const std::string& path) {
  absl::StatusOr<std::string> text = files_.Read(path, kMostBytes);
  if (absl::IsNotFound(text.status())) return std::string();  // an empty root has no accounts
  return text;
}

absl::StatusOr<std::string> Accounts::AskHost(const std::string& database, absl::string_view key) {
  PE_ASSIGN_OR_RETURN(const std::string nsswitch, ReadDatabase("/etc/nsswitch.conf"));
  bool more = false;
  for (const absl::string_view line : absl::StrSplit(nsswitch, '\n')) {
    if (!absl::StartsWith(line, absl::StrCat(database, ":"))) continue;
    for (const absl::string_view word :
         absl::StrSplit(line.substr(database.size() + 1), absl::ByAnyChar(" \t"), absl::SkipEmpty())) {
      if (word[0] == '#') break;
      more |= word != "files" && word != "compat" && word != "systemd" && word[0] != '[';
    }
  }
  if (!more || key.empty() || key[0] == '-') return std::string();
  const CancelToken never;
  absl::StatusOr<CommandResult> result =
      processes_.Run({.argv = {"getent", database, std::string(key)}, .timeout_us = kGetentTimeoutUs}, never);
  if (absl::IsNotFound(result.status())) return std::string();  // a host without getent has only its files
  if (!result.ok()) return result.status();
  if (result->timed_out) {
    return absl::UnavailableError(absl::StrCat("`getent ", database, " ", key,
                                               "` gave no answer within 10 s; is the directory service reachable?"));
  }
  if (!result->ok()) return std::string();
  return std::string(absl::StripSuffix(result->standard_output, "\n"));
}

absl::StatusOr<std::optional<UserEntry>> Accounts::FindUser(absl::string_view name) {
  PE_ASSIGN_OR_RETURN(const std::string text, ReadDatabase("/etc/passwd"));
  std::optional<UserEntry> found = FindIn<UserEntry>(text, name, ParsePasswdLine, &UserEntry::uid);
  if (found) return found;
  PE_ASSIGN_OR_RETURN(const std::string line, AskHost("passwd", name));
  return ParsePasswdLine(line);
}

absl::StatusOr<std::optional<GroupEntry>> Accounts::FindGroup(absl::string_view name) {
  PE_ASSIGN_OR_RETURN(const std::string text, ReadDatabase("/etc/group"));
  std::optional<GroupEntry> found = FindIn<GroupEntry>(text, name, ParseGroupLine, &GroupEntry::gid);
  if (found) return found;
  PE_ASSIGN_OR_RETURN(const std::string line, AskHost("group", name));
  return ParseGroupLine(line);
}

absl::StatusOr<uint32_t> Accounts::UidOf(absl::string_view name) {
  uint32_t number = 0;
  if (absl::SimpleAtoi(name, &number)) return number;
  PE_ASSIGN_OR_RETURN(const std::optional<UserEntry> user, FindUser(name));
  if (!user) return absl::NotFoundError(absl::StrCat("user '", name, "' does not exist on the host"));
  return user->uid;
}

absl::StatusOr<uint32_t> Accounts::GidOf(absl::string_view name) {
  uint32_t number = 0;
  if (absl::SimpleAtoi(name, &number)) return number;
  PE_ASSIGN_OR_RETURN(const std::optional<GroupEntry> group, FindGroup(name));
  if (!group) return absl::NotFoundError(absl::StrCat("group '", name, "' does not exist on the host"));
  return group->gid;
}

absl::StatusOr<std::vector<std::string>> Accounts::GroupsOf(absl::string_view user) {
  PE_ASSIGN_OR_RETURN(const std::string text, ReadDatabase("/etc/group"));
  std::vector<std::string> out;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::optional<GroupEntry> group = ParseGroupLine(line);
    if (group && std::find(group->members.begin(), group->members.end(), user) != group->members.end()) {
      out.push_back(group->name);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

absl::StatusOr<std::vector<uint32_t>> Accounts::GroupIdsOf(const UserEntry& user) {
  PE_ASSIGN_OR_RETURN(const std::vector<std::string> names, GroupsOf(user.name));
  std::vector<uint32_t> out = {user.gid};
  for (const std::string& name : names) {
    PE_ASSIGN_OR_RETURN(const uint32_t gid, GidOf(name));
    out.push_back(gid);
  }
  return out;
}

}  // namespace pe::agent
