// How `pe` exits. The numbers are a contract with scripts.
#ifndef CLIENT_CLI_EXIT_CODE_H_
#define CLIENT_CLI_EXIT_CODE_H_

#include "absl/status/status.h"
#include "provision/v1/job.pb.h"

namespace pe::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;     // the job failed, or the call did for a reason that has no number of its own
inline constexpr int kExitCancelled = 2;  // the job was cancelled
inline constexpr int kExitChanges = 3;    // with --detailed-exitcode: the plan has changes
inline constexpr int kExitUnauthorized = 4;  // the engine wants a token, or another one
inline constexpr int kExitUsage = 64;        // the command line, the spec or the request is wrong
inline constexpr int kExitUnreachable = 69;  // the engine is not there
inline constexpr int kExitDetached = 130;    // Ctrl-C: the job goes on

inline int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return kExitUnauthorized;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return kExitUnreachable;
    default:
      return kExitFailed;
  }
}

// REQUIRES: the job is terminal.
inline int ExitCodeOf(const provision::v1::Job& job, bool detailed) {
  if (job.state() == provision::v1::Job::CANCELLED) return kExitCancelled;
  if (job.state() != provision::v1::Job::SUCCEEDED) return kExitFailed;
  const bool changes = job.mode() == provision::v1::Job::PLAN && job.planned_changes() > 0;
  return detailed && changes ? kExitChanges : kExitOk;
}

}  // namespace pe::cli

#endif  // CLIENT_CLI_EXIT_CODE_H_
