#include "server/gateway/rpc_handler.h"

#include "absl/strings/str_cat.h"
#include "google/rpc/code.pb.h"
#include "server/gateway/limits.h"
#include "server/gateway/rpc_forms.h"
#include "server/gateway/url.h"

namespace pe::gateway {
namespace {

// A call and what it was asked with.
struct RpcCall {
  const google::protobuf::MethodDescriptor* rpc = nullptr;
  RpcContent content;
  std::string message;  // serialized
  Metadata metadata;
};

absl::string_view PathOf(const Request& request) { return SplitTarget(View(request.target())).path; }

absl::StatusOr<std::string> ReadMessage(const ApiSchema& schema, const RpcCall& call, const Request& request) {
  auto message = UnpackRpcBody(call.content.protocol, request.body());
  if (!message.ok() || !call.content.json) return message;
  return schema.FromJson(call.rpc->input_type(), message->empty() ? "{}" : *message);
}

// The outcome of a unary call: whole for Connect, framed for gRPC-Web.
asio::awaitable<void> Answer(const Services& services, Exchange& exchange, const RpcCall& call,
                             const Upstream::Reply& outcome) {
  Reply reply;
  reply.content_type = call.content.content_type;
  if (call.content.protocol != RpcProtocol::kConnectUnary) {
    const auto form = MakeRpcForm(*services.json, call.rpc->output_type(), call.content);
    if (outcome.status.code == 0) reply.body = form->Message(outcome.message);
    absl::StrAppend(&reply.body, form->End(outcome.status));
  } else if (outcome.status.code != 0) {
    reply.status = HttpStatusOf(outcome.status.code);
    reply.content_type = "application/json";
    reply.body = ConnectError(outcome.status);
  } else {
    reply.body = outcome.message;
    if (call.content.json) {
      reply.body = services.schema->ToJson(call.rpc->output_type(), outcome.message).value_or("{}");
    }
  }
  co_await exchange.Send(reply);
}

asio::awaitable<void> Stream(const Services& services, Exchange& exchange, const RpcCall& rpc) {
  const auto executor = exchange.stream().get_executor();
  const auto call = services.upstream->Stream(executor, RpcPath(rpc.rpc), rpc.message, rpc.metadata);
  exchange.interrupt = [call] { call->Cancel(); };
  exchange.OnHangUp(exchange.interrupt);
  const auto form = MakeRpcForm(*services.json, rpc.rpc->output_type(), rpc.content);
  co_await ForwardStream(exchange, *call, *form, StreamCall::Got::kNothingYet);
  exchange.StopWatching();
  exchange.interrupt = nullptr;
}

}  // namespace

bool IsRpc(const Services& services, const Request& request) {
  return request.method() == http::verb::post && services.schema->FindMethod(PathOf(request)) != nullptr;
}

asio::awaitable<void> ServeRpc(const Services& services, Exchange& exchange) {
  const Request& request = exchange.request();
  RpcCall call;
  call.rpc = services.schema->FindMethod(PathOf(request));
  call.content = ParseRpcContent(Header(request, "Content-Type"));
  exchange.what = RpcPath(call.rpc);
  const bool streams = call.rpc->server_streaming();
  const RpcProtocol protocol = call.content.protocol;
  const RpcProtocol other = streams ? RpcProtocol::kConnectUnary : RpcProtocol::kConnectStream;  // fits the other kind
  if (protocol == RpcProtocol::kNone || protocol == other || call.rpc->client_streaming()) {
    Reply unsupported;
    unsupported.status = 415;
    co_await exchange.Send(unsupported);
    co_return;
  }
  Upstream::Reply outcome;
  const auto metadata = MetadataOf(request);
  auto message = ReadMessage(*services.schema, call, request);
  if (!message.ok() || !metadata.has_value()) {
    outcome.status = MakeStatus(google::rpc::INVALID_ARGUMENT,
                                message.ok() ? "a header is not printable ASCII" : message.status().message());
    if (!streams) co_return co_await Answer(services, exchange, call, outcome);
    Reply reply;
    reply.content_type = call.content.content_type;
    reply.body = MakeRpcForm(*services.json, call.rpc->output_type(), call.content)->End(outcome.status);
    co_return co_await exchange.Send(reply);
  }
  call.message = *std::move(message);
  call.metadata = *metadata;
  if (streams) co_return co_await Stream(services, exchange, call);
  const auto time = RpcTime(Header(request, "grpc-timeout"), Header(request, "connect-timeout-ms"), kCallTime);
  outcome = co_await services.upstream->Unary(RpcPath(call.rpc), call.message, call.metadata, time);
  co_await Answer(services, exchange, call, outcome);
}

}  // namespace pe::gateway
