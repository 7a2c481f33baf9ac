// A status from an errno, with what it was about: "/etc/x: Permission denied (EACCES)".
#ifndef SERVER_AGENT_SYSTEM_ERRNO_STATUS_H_
#define SERVER_AGENT_SYSTEM_ERRNO_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pe::agent {

// Codes as system/file_system.h promises them. REQUIRES: error != 0.
absl::Status ErrnoStatus(int error, absl::string_view what);

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_ERRNO_STATUS_H_
