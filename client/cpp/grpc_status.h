// The one place where a grpc::Status becomes an absl::Status. Private to the library.
#ifndef CLIENT_CPP_GRPC_STATUS_H_
#define CLIENT_CPP_GRPC_STATUS_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"

namespace provision::client {

// Code and message, and every google.rpc detail as a payload under its type URL.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace provision::client

#endif  // CLIENT_CPP_GRPC_STATUS_H_
