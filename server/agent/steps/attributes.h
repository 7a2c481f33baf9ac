// Mode, owner and group as a step names them, turned into what the file system takes.
#ifndef SERVER_AGENT_STEPS_ATTRIBUTES_H_
#define SERVER_AGENT_STEPS_ATTRIBUTES_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

struct WantedAttributes {
  std::string mode;   // octal; empty: as it is, or `new_mode`
  std::string owner;  // name or number; empty: as it is, or the agent's user (root)
  std::string group;  // as owner
  uint32_t new_mode = 0644;
};

// `existing`: what is there, if anything. OWNER_NOT_FOUND and GROUP_NOT_FOUND name what no account has yet.
absl::StatusOr<FileAttributes> Resolve(const WantedAttributes& wanted, const std::optional<FileInfo>& existing,
                                       StepContext& context);

// "mode 0600 instead of 0644, owner 1000 instead of 0"; empty when they are equal.
std::string DifferenceOf(const FileAttributes& now, const FileAttributes& wanted);

inline FileAttributes AttributesOf(const FileInfo& info) {
  return {.mode = info.mode, .uid = info.uid, .gid = info.gid};
}
inline bool SameAttributes(const FileAttributes& a, const FileAttributes& b) {
  return a.mode == b.mode && a.uid == b.uid && a.gid == b.gid;
}

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_ATTRIBUTES_H_
