// The one place where absl::Status becomes grpc::Status. Thread-safe.
#ifndef SERVER_API_STATUS_CONVERT_H_
#define SERVER_API_STATUS_CONVERT_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace pe {

// Payloads keyed "type.googleapis.com/..." become the details of a google.rpc.Status. Trailers are bounded (limits.h):
// of a BadRequest that is too large the first violations are kept, with a last one that says how many were left out.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace pe

#endif  // SERVER_API_STATUS_CONVERT_H_
