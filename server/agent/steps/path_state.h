// PathState: all that a step may change about one path, as a value to compare, to keep and to go back to.
#ifndef SERVER_AGENT_STEPS_PATH_STATE_H_
#define SERVER_AGENT_STEPS_PATH_STATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/agent/system/file_system.h"

namespace pe::agent {

// No file above this is read, compared or kept: the agent holds a file's content in memory.
inline constexpr int64_t kMostFileBytes = 256LL * 1024 * 1024;

struct PathState {
  enum class Kind { kAbsent, kFile, kDirectory, kLink, kOther };
  Kind kind = Kind::kAbsent;
  FileAttributes attributes;  // kFile, kDirectory
  std::string digest;         // kFile: SHA-256 of the content
  std::string target;         // kLink
};

bool operator==(const PathState& a, const PathState& b);

// "absent", "file 0644 0 0 DIGEST", "directory 0755 0 0", "link TARGET", "other"; ParsePathState reads it.
std::string ToText(const PathState& state);
absl::StatusOr<PathState> ParsePathState(absl::string_view text);

// What is there now. Reads a whole file for its digest.
absl::StatusOr<PathState> LookAt(FileSystem& files, const std::string& path);

// "0644".
std::string ModeText(uint32_t mode);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_PATH_STATE_H_
