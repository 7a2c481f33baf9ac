// Every error a caller can see, as a named function. Each carries google.rpc details as payloads of the status, keyed
// by type URL ("type.googleapis.com/google.rpc.BadRequest"), which the API layer copies into the answer.
#ifndef SERVER_ENGINE_ERRORS_H_
#define SERVER_ENGINE_ERRORS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pe {

// One thing that is wrong with a request. `field` is a path in proto names: "spec.steps[3].file.path".
struct Violation {
  std::string field;
  std::string description;  // what is wrong and what to do
};

// INVALID_ARGUMENT with BadRequest naming all violations. REQUIRES: not empty.
absl::Status InvalidRequest(const std::vector<Violation>& violations);
// NOT_FOUND with ResourceInfo. `type` is "provision.dev/Job", "provision.dev/Resource" ...
absl::Status NoSuch(absl::string_view type, absl::string_view name);
// ALREADY_EXISTS, ErrorInfo REQUEST_ID_REUSED.
absl::Status RequestIdReused(absl::string_view request_id, absl::string_view job);
// ALREADY_EXISTS with ResourceInfo.
absl::Status ResourceExists(absl::string_view name);
absl::Status EnvironmentExists(absl::string_view name);
// ABORTED, ErrorInfo ETAG_MISMATCH.
absl::Status EtagMismatch(absl::string_view name);
// FAILED_PRECONDITION, ErrorInfo with `reason`, for example RESOURCE_DISABLED, RESOURCE_IN_USE, JOB_NOT_TERMINAL.
absl::Status Precondition(absl::string_view reason, absl::string_view message);
// OUT_OF_RANGE, ErrorInfo CURSOR_TOO_OLD with metadata oldest_available_seq.
absl::Status CursorTooOld(int64_t oldest_available_seq);
// RESOURCE_EXHAUSTED with RetryInfo and ErrorInfo `reason`.
absl::Status Overloaded(absl::string_view reason, absl::string_view message, int64_t retry_after_ms);
// What a caller is told when the store did not take a write. No space: RESOURCE_EXHAUSTED, ErrorInfo STORE_FULL and
// RetryInfo, with what to do. An open outcome: UNAVAILABLE with RetryInfo. Others stay as they are.
absl::Status StoreFailed(const absl::Status& status);
// What a caller is told while the engine has let go of its jobs because a commit failed with `why`: nothing of the call
// was tried. No space: STORE_FULL as above; else UNAVAILABLE, ErrorInfo STORE_UNAVAILABLE and RetryInfo.
absl::Status StoreDetached(const absl::Status& why);
// UNAVAILABLE with RetryInfo: the engine is draining.
absl::Status Draining();
// UNAUTHENTICATED, ErrorInfo TOKEN_MISSING or TOKEN_WRONG.
absl::Status BadToken(bool missing);
// UNIMPLEMENTED, ErrorInfo NOT_IMPLEMENTED.
absl::Status NotImplemented(absl::string_view what);

}  // namespace pe

#endif  // SERVER_ENGINE_ERRORS_H_
