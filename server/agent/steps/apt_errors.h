// What apt-get's messages mean for a person. LANG=C.UTF-8 keeps them in English.
#ifndef SERVER_AGENT_STEPS_APT_ERRORS_H_
#define SERVER_AGENT_STEPS_APT_ERRORS_H_

#include "absl/status/status.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

// Error codes that callers act on.
inline constexpr char kPackageNotFound[] = "PACKAGE_NOT_FOUND";
inline constexpr char kPackageVersionNotFound[] = "PACKAGE_VERSION_NOT_FOUND";
inline constexpr char kFetchFailed[] = "FETCH_FAILED";
inline constexpr char kDpkgLocked[] = "DPKG_LOCKED";
inline constexpr char kDpkgInterrupted[] = "DPKG_INTERRUPTED";

// REQUIRES: a result of apt-get or dpkg that is not ok().
absl::Status AptError(const CommandResult& result);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_APT_ERRORS_H_
