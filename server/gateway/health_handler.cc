#include "server/gateway/health_handler.h"

#include "absl/strings/str_cat.h"
#include "google/rpc/code.pb.h"
#include "server/gateway/message_fields.h"
#include "server/gateway/metrics.h"

namespace pe::gateway {
namespace {

constexpr std::chrono::seconds kHealthTime{2};
// grpc.health.v1.HealthCheckResponse.status and its SERVING.
constexpr int kStatusField = 1;
constexpr int64_t kServing = 1;
// provision.v1.GetMetricsResponse.text.
constexpr int kTextField = 1;

Reply Word(int status, std::string word) {
  Reply reply;
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = std::move(word);
  return reply;
}

}  // namespace

asio::awaitable<void> ServeHealthz(Exchange& exchange) {
  exchange.what = "healthz";
  const Reply word = Word(200, "ok\n");
  co_await exchange.Send(word);
}

asio::awaitable<void> ServeReadyz(const Services& services, Exchange& exchange) {
  exchange.what = "readyz";
  const bool ready = co_await EngineServes(services);
  const Reply word = ready ? Word(200, "ready\n") : Word(503, "the engine does not serve\n");
  co_await exchange.Send(word);
}

// An engine that is away, or too old to count, takes nothing from what the gateway itself has to say.
asio::awaitable<void> ServeMetrics(const Services& services, Exchange& exchange) {
  exchange.what = "metrics";
  const bool up = co_await EngineServes(services);
  services.metrics->EngineUp(up);
  Reply reply;
  reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
  reply.body = services.metrics->Text();
  std::optional<Metadata> metadata = MetadataOf(exchange.request());
  if (up && metadata.has_value() && !Header(exchange.request(), "Authorization").empty()) {
    std::string path = "/provision.v1.SystemService/GetMetrics";
    std::string nothing;
    const Upstream::Reply engine =
        co_await services.upstream->Unary(std::move(path), std::move(nothing), *std::move(metadata), kHealthTime);
    if (engine.status.code == google::rpc::UNAUTHENTICATED) {
      co_await exchange.SendError(*services.schema, engine.status);
      co_return;
    }
    for (const absl::string_view text : BytesFields(engine.message, kTextField)) absl::StrAppend(&reply.body, text);
  }
  co_await exchange.Send(reply);
}

asio::awaitable<bool> EngineServes(const Services& services) {
  std::string path = "/grpc.health.v1.Health/Check";
  std::string nothing;
  Metadata nobody;
  const Upstream::Reply reply =
      co_await services.upstream->Unary(std::move(path), std::move(nothing), std::move(nobody), kHealthTime);
  co_return reply.status.code == 0 && VarintField(reply.message, kStatusField) == kServing;
}

}  // namespace pe::gateway
