// Accounts as the local files have them, for the steps that change them: only what is in /etc/passwd, /etc/group and
// /etc/shadow can be changed there. (system/accounts.h also asks the host's other sources.)
#ifndef SERVER_AGENT_STEPS_ACCOUNT_FILES_H_
#define SERVER_AGENT_STEPS_ACCOUNT_FILES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/agent/system/accounts.h"

namespace pe::agent {

struct LocalUser {
  UserEntry entry;
  std::string group;                // name of the primary group; its number when it has no name
  std::vector<std::string> groups;  // supplementary, sorted
  std::string password_hash;        // as in /etc/shadow; empty when that has no line for the user
};

// nullopt: not in the local files.
absl::StatusOr<std::optional<LocalUser>> FindLocalUser(FileSystem& files, const std::string& name);
absl::StatusOr<std::optional<GroupEntry>> FindLocalGroup(FileSystem& files, const std::string& name);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_ACCOUNT_FILES_H_
