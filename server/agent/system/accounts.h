// Users and groups of the host, from /etc/passwd and /etc/group. Never by getpwnam and its kin: in a static binary they
// crash on a host whose nsswitch.conf names a module that cannot be loaded. Names that the files do not have are asked
// of the host's own `getent`, when nsswitch.conf names more than files. Thread-safe; reads the files on every call, as
// a step before may have changed them.
#ifndef SERVER_AGENT_SYSTEM_ACCOUNTS_H_
#define SERVER_AGENT_SYSTEM_ACCOUNTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/agent/system/file_system.h"
#include "server/agent/system/process.h"

namespace pe::agent {

struct UserEntry {
  std::string name;
  uint32_t uid = 0;
  uint32_t gid = 0;
  std::string comment;
  std::string home;
  std::string shell;
};

struct GroupEntry {
  std::string name;
  uint32_t gid = 0;
  std::vector<std::string> members;
};

// One line of passwd(5) or group(5); nullopt for a line that is not one (also the NIS "+" lines).
std::optional<UserEntry> ParsePasswdLine(absl::string_view line);
std::optional<GroupEntry> ParseGroupLine(absl::string_view line);

class Accounts {
 public:
  // Both outlive it.
  Accounts(FileSystem& files, ProcessRunner& processes) : files_(files), processes_(processes) {}

  // nullopt: there is none. `name` may also be a number, which is found as an id when no such name exists.
  absl::StatusOr<std::optional<UserEntry>> FindUser(absl::string_view name);
  absl::StatusOr<std::optional<GroupEntry>> FindGroup(absl::string_view name);
  // Ids for chown: a number stands for itself, also when nobody has it. NOT_FOUND names what is missing.
  absl::StatusOr<uint32_t> UidOf(absl::string_view name);
  absl::StatusOr<uint32_t> GidOf(absl::string_view name);
  // Names of the groups of /etc/group that list the user as a member, sorted; not the primary group.
  absl::StatusOr<std::vector<std::string>> GroupsOf(absl::string_view user);
  // For Command::groups: the ids of GroupsOf and the primary group.
  absl::StatusOr<std::vector<uint32_t>> GroupIdsOf(const UserEntry& user);

 private:
  absl::StatusOr<std::string> ReadDatabase(const std::string& path);
  // The line `getent DATABASE KEY` prints; empty when it finds none, or when it would only look at the files again.
  absl::StatusOr<std::string> AskHost(const std::string& database, absl::string_view key);

  FileSystem& files_;
  ProcessRunner& processes_;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_ACCOUNTS_H_
