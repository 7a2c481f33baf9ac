// Parts of atomic replacement: a name for the temporary beside a path, and making a rename durable.
#ifndef SERVER_AGENT_SYSTEM_TEMPORARY_H_
#define SERVER_AGENT_SYSTEM_TEMPORARY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pe::agent {

// "/a/b" -> "/a"; "/b" -> "/".
std::string ParentOf(absl::string_view path);
// A new name in the same directory, ".pe-" and 16 hex digits; short, whatever the length of the name itself.
std::string TemporaryBeside(absl::string_view path);
// fsync of a directory. Errors as ErrnoStatus, about `path`.
absl::Status SyncDirectory(const std::string& path);
// Writes all of `bytes`; retries what was interrupted or cut short. Errors as ErrnoStatus, about `path`.
absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path);

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_TEMPORARY_H_
