#include "server/gateway/rpc_status.h"

#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace pe::gateway {

RpcStatus MakeStatus(int code, absl::string_view message) { return {code, std::string(message), ""}; }

int HttpStatusOf(int code) {
  switch (code) {
    case google::rpc::OK:
      return 200;
    case google::rpc::CANCELLED:
      return 499;
    case google::rpc::INVALID_ARGUMENT:
    case google::rpc::FAILED_PRECONDITION:
    case google::rpc::OUT_OF_RANGE:
      return 400;
    case google::rpc::UNAUTHENTICATED:
      return 401;
    case google::rpc::PERMISSION_DENIED:
      return 403;
    case google::rpc::NOT_FOUND:
      return 404;
    case google::rpc::ABORTED:
    case google::rpc::ALREADY_EXISTS:
      return 409;
    case google::rpc::RESOURCE_EXHAUSTED:
      return 429;
    case google::rpc::UNIMPLEMENTED:
      return 501;
    case google::rpc::UNAVAILABLE:
      return 503;
    case google::rpc::DEADLINE_EXCEEDED:
      return 504;
    default:
      return 500;
  }
}

std::string CodeName(int code) {
  const std::string& name = google::rpc::Code_Name(code);
  return name.empty() ? "UNKNOWN" : name;
}

std::string StatusJson(const ApiSchema& schema, const RpcStatus& status) {
  const auto* const type = schema.FindMessage("google.rpc.Status");
  if (!status.details.empty()) {
    const auto json = schema.ToJson(type, status.details);
    if (json.ok()) return *json;
  }
  google::rpc::Status plain;
  plain.set_code(status.code);
  plain.set_message(status.message);
  return schema.ToJson(type, plain.SerializeAsString()).value_or("{}");
}

int64_t RetryAfterSeconds(const RpcStatus& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.details)) return 0;
  google::rpc::RetryInfo info;
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&info)) return info.retry_delay().seconds() + (info.retry_delay().nanos() > 0 ? 1 : 0);
  }
  return 0;
}

}  // namespace pe::gateway
