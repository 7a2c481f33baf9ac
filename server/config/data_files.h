// Files that provisiond keeps beside its database. All are for its own user alone.
#ifndef SERVER_CONFIG_DATA_FILES_H_
#define SERVER_CONFIG_DATA_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe {

// Makes `path` (and what leads to it) with mode 0700, or narrows it to that; FAILED_PRECONDITION when it belongs to
// somebody else or is not a folder.
absl::Status MakePrivateFolder(const std::string& path);

// Writes the whole file or nothing: a 0600 temporary beside it, fsync, rename.
absl::Status WritePrivateFile(const std::string& path, absl::string_view content);

// The 32 bytes that seal secrets, from FOLDER/secret.key; made when there is none. A file of another size, or one that
// others may read, is FAILED_PRECONDITION: a new key would make what is sealed unreadable.
absl::StatusOr<std::string> ReadOrMakeSecretKey(const std::string& folder);

// A new random bearer token, also written to FOLDER/token. It holds until the next start.
absl::StatusOr<std::string> MakeToken(const std::string& folder);

}  // namespace pe

#endif  // SERVER_CONFIG_DATA_FILES_H_
