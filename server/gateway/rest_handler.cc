#include "server/gateway/rest_handler.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/rpc/code.pb.h"
#include "server/gateway/json_cache.h"
#include "server/gateway/limits.h"
#include "server/gateway/message_fields.h"
#include "server/gateway/stream_form.h"

namespace pe::gateway {
namespace {

bool Accepts(const Request& request, absl::string_view type) {
  for (absl::string_view part : absl::StrSplit(Header(request, "Accept"), ',')) {
    part = absl::StripAsciiWhitespace(part.substr(0, part.find(';')));
    if (absl::EqualsIgnoreCase(part, type)) return true;
  }
  return false;
}

bool IsJson(absl::string_view content_type) {
  const absl::string_view type = absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';')));
  return absl::EqualsIgnoreCase(type, "application/json");
}

// NDJSON, or server-sent events.
class JsonForm final : public StreamForm {
 public:
  JsonForm(const Services& services, const Route& route, bool events)
      : schema_(*services.schema),
        cache_(*services.json),
        type_(route.rpc->output_type()),
        events_(events),
        sequence_(SequenceField(type_, "through_seq")) {}

  std::string content_type() const override { return events_ ? "text/event-stream" : "application/x-ndjson"; }

  std::string Message(const std::string& binary) override {
    const auto json = cache_.ToJson(type_, binary);
    if (!json.ok()) return End({google::rpc::INTERNAL, std::string(json.status().message()), ""});
    if (!events_) return absl::StrCat("{\"result\":", **json, "}\n");
    if (sequence_ == 0) return absl::StrCat("data: ", **json, "\n\n");
    return absl::StrCat("id: ", VarintField(binary, sequence_), "\ndata: ", **json, "\n\n");
  }

  std::string End(const RpcStatus& status) override {
    if (!events_) return status.code == 0 ? "" : absl::StrCat("{\"error\":", StatusJson(schema_, status), "}\n");
    if (status.code != 0) return absl::StrCat("event: error\ndata: ", StatusJson(schema_, status), "\n\n");
    return "event: end\ndata: {}\n\n";
  }

 private:
  const ApiSchema& schema_;
  JsonCache& cache_;
  const google::protobuf::Descriptor* const type_;
  const bool events_;
  const int sequence_;
};

asio::awaitable<void> ServeStream(const Services& services, Exchange& exchange, const RpcRequest& rpc,
                                  const Metadata& metadata) {
  const bool events = Accepts(exchange.request(), "text/event-stream");
  JsonForm form(services, *rpc.route, events);
  const auto executor = co_await asio::this_coro::executor;
  const auto call = services.upstream->Stream(executor, RpcPath(rpc.route->rpc), rpc.message, metadata);
  exchange.interrupt = [call] { call->Cancel(); };
  exchange.OnHangUp(exchange.interrupt);
  const auto first = co_await call->Next(kFirstMessageTime);
  const bool ended = first == StreamCall::Got::kEnd;
  if (ended && call->status().code != 0) {
    exchange.StopWatching();
    co_await exchange.SendError(*services.schema, call->status());
  } else if (ended && events && !Header(exchange.request(), "Last-Event-ID").empty()) {
    exchange.StopWatching();
    Reply nothing;
    nothing.status = 204;
    co_await exchange.Send(nothing);
  } else {
    co_await ForwardStream(exchange, *call, form, first);
    exchange.StopWatching();
  }
  exchange.interrupt = nullptr;
}

asio::awaitable<void> ServeUnary(const Services& services, Exchange& exchange, const RpcRequest& rpc,
                                 const Metadata& metadata) {
  Upstream::Reply reply = co_await services.upstream->Unary(RpcPath(rpc.route->rpc), rpc.message, metadata, kCallTime);
  if (reply.status.code != 0) {
    co_await exchange.SendError(*services.schema, reply.status);
    co_return;
  }
  auto json = services.transcoder->ResponseJson(*rpc.route, reply.message);
  if (!json.ok()) {
    const RpcStatus broken = MakeStatus(google::rpc::INTERNAL, std::string(json.status().message()));
    co_await exchange.SendError(*services.schema, broken);
    co_return;
  }
  Reply answer;
  answer.content_type = "application/json";
  answer.body = *std::move(json);
  const auto key = Header(exchange.request(), "Idempotency-Key");
  if (!key.empty()) answer.headers.emplace_back("Idempotency-Key", std::string(key));
  co_await exchange.Send(answer);
}

RestError Wrong(int http, absl::string_view what) { return {http, absl::InvalidArgumentError(what), ""}; }

asio::awaitable<void> Refuse(const Services& services, Exchange& exchange, const RestError& error) {
  Reply reply;
  reply.status = error.http;
  reply.content_type = "application/json";
  const RpcStatus status = MakeStatus(static_cast<int>(error.status.code()), error.status.message());
  reply.body = StatusJson(*services.schema, status);
  if (!error.allow.empty()) reply.headers.emplace_back("Allow", error.allow);
  co_await exchange.Send(reply);
}

}  // namespace

std::optional<Metadata> MetadataOf(const Request& request) {
  Metadata metadata;
  for (const char* name : {"authorization", "traceparent", "tracestate"}) {
    const absl::string_view value = Header(request, name);
    if (value.empty()) continue;
    // gRPC ends the process on what it does not carry.
    for (const char c : value) {
      if (c < 0x20 || c > 0x7e) return std::nullopt;
    }
    metadata.emplace_back(name, std::string(value));
  }
  return metadata;
}

asio::awaitable<void> ServeRest(const Services& services, Exchange& exchange) {
  const Request& request = exchange.request();
  RestRequest rest;
  rest.method = View(request.method_string());
  rest.target = View(request.target());
  rest.body = request.body();
  rest.idempotency_key = Header(request, "Idempotency-Key");
  rest.last_event_id = Header(request, "Last-Event-ID");
  if (!rest.body.empty() && !IsJson(Header(request, "Content-Type"))) {
    const RestError wrong = Wrong(415, "the body must be JSON, with Content-Type: application/json");
    co_await Refuse(services, exchange, wrong);
    co_return;
  }
  const auto metadata = MetadataOf(request);
  if (!metadata.has_value()) {
    const RestError wrong = Wrong(400, "a header holds characters that are not printable ASCII");
    co_await Refuse(services, exchange, wrong);
    co_return;
  }
  const auto transcoded = services.transcoder->Transcode(rest);
  if (const auto* error = std::get_if<RestError>(&transcoded)) {
    co_await Refuse(services, exchange, *error);
    co_return;
  }
  const RpcRequest& rpc = std::get<RpcRequest>(transcoded);
  exchange.what = RpcPath(rpc.route->rpc);
  if (rpc.route->rpc->server_streaming()) co_await ServeStream(services, exchange, rpc, *metadata);
  else co_await ServeUnary(services, exchange, rpc, *metadata);
}

}  // namespace pe::gateway
