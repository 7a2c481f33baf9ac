// A user account written down and brought back, and the tools that change accounts.
#ifndef SERVER_AGENT_STEPS_USER_UNDO_H_
#define SERVER_AGENT_STEPS_USER_UNDO_H_

#include <optional>
#include <string>
#include <vector>

#include "server/agent/steps/account_files.h"
#include "server/agent/steps/record.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

// Before the change `after` is not known yet; a second record after it knows both. `made_home`: the home is new as
// well.
std::string UserRecord(const std::optional<LocalUser>& before, const std::optional<LocalUser>& after, bool made_home);

// The account as before; UNDO_CONFLICT when it is no longer as after. A home that the step made goes when it holds only
// what came from /etc/skel.
absl::Status UndoUser(const std::string& name, const Record& record, StepContext& context);

// USER_FAILED with what the tool said. Not interruptible: the tools hold the password file's lock.
absl::Status RunAccountTool(std::vector<std::string> argv, StepContext& context);
absl::Status SetPasswordHash(const std::string& name, const std::string& hash, StepContext& context);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_USER_UNDO_H_
