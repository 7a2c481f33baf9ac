// Errors that only the API itself can cause; the others are in server/engine/errors.h. Pure; thread-safe.
#ifndef SERVER_API_API_ERRORS_H_
#define SERVER_API_API_ERRORS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pe {

// `status` with google.rpc.ErrorInfo{reason, domain "provision.dev", metadata} added.
absl::Status WithReason(absl::Status status, absl::string_view reason,
                        const std::map<std::string, std::string>& metadata = {});

// INVALID_ARGUMENT with one violation: `field` of the request, described by `problem`'s message.
absl::Status InvalidField(absl::string_view field, const absl::Status& problem);
// PERMISSION_DENIED, METHOD_NOT_PERMITTED: the method is not in the permission table.
absl::Status NotPermitted(absl::string_view method);
// INVALID_ARGUMENT: the message cannot be parsed.
absl::Status UnreadableRequest(absl::string_view type);
// ABORTED, SLOW_READER with metadata last_seq: the watcher took no message for too long. Resumable.
absl::Status SlowReader(int64_t last_seq);
// UNAVAILABLE, ENGINE_DRAINING with metadata last_seq, and RetryInfo. Resumable.
absl::Status WatchDrained(int64_t last_seq);
// DATA_LOSS, LOG_HOLE: the stored log does not go on where it must; a defect, never passed over.
absl::Status LogHole(int64_t expected_seq, int64_t found_seq);

}  // namespace pe

#endif  // SERVER_API_API_ERRORS_H_
