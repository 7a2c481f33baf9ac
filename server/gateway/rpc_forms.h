// The wire forms of gRPC-Web and Connect. Pure but for ApiSchema; the stream forms are thread-compatible.
#ifndef SERVER_GATEWAY_RPC_FORMS_H_
#define SERVER_GATEWAY_RPC_FORMS_H_

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/gateway/json_cache.h"
#include "server/gateway/stream_form.h"

namespace pe::gateway {

enum class RpcProtocol { kNone, kGrpcWeb, kGrpcWebText, kConnectUnary, kConnectStream };

struct RpcContent {
  RpcProtocol protocol = RpcProtocol::kNone;
  bool json = false;         // else binary
  std::string content_type;  // of the answer: as the client's
};
// Of a Content-Type.
RpcContent ParseRpcContent(absl::string_view content_type);

// The single message of a body, as it came: out of its frame and base64 where the protocol has them. INVALID_ARGUMENT
// for anything else.
absl::StatusOr<std::string> UnpackRpcBody(RpcProtocol protocol, absl::string_view body);

// How long a call may take by `grpc-timeout` ("500m") or `connect-timeout-ms` ("500"); `fallback` when neither is
// understood.
std::chrono::milliseconds RpcTime(absl::string_view grpc_timeout, absl::string_view connect_timeout_ms,
                                  std::chrono::milliseconds fallback);

// {"code": "not_found", "message": ..., "details": [...]}, as Connect has it.
std::string ConnectError(const RpcStatus& status);

// The framed forms: gRPC-Web, and Connect's streams of `type`.
std::unique_ptr<StreamForm> MakeRpcForm(JsonCache& json, const google::protobuf::Descriptor* type,
                                        const RpcContent& content);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_RPC_FORMS_H_
