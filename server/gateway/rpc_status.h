// How the outcome of a call looks over HTTP. Pure; thread-safe.
#ifndef SERVER_GATEWAY_RPC_STATUS_H_
#define SERVER_GATEWAY_RPC_STATUS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "server/gateway/api_schema.h"

namespace pe::gateway {

// A call's end, as gRPC has it.
struct RpcStatus {
  int code = 0;  // google.rpc.Code
  std::string message;
  std::string details;  // a serialized google.rpc.Status with the same code, or empty
};

// Without details. g++ 12 destroys the strings of an aggregate twice when it is initialised with braces within a
// coroutine: coroutines make a status with this, and pass aggregates by reference only.
RpcStatus MakeStatus(int code, absl::string_view message);

// The map of google/rpc/code.proto; 500 for a code that is not in it.
int HttpStatusOf(int code);
// "NOT_FOUND"; "UNKNOWN" for a code that is not in google/rpc/code.proto.
std::string CodeName(int code);

// The JSON of a google.rpc.Status: {"code": 5, "message": "...", "details": [...]}.
std::string StatusJson(const ApiSchema& schema, const RpcStatus& status);

// Seconds that RetryInfo asks to wait, rounded up; 0: none is asked for.
int64_t RetryAfterSeconds(const RpcStatus& status);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_RPC_STATUS_H_
