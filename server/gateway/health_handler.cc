#include "server/gateway/health_handler.h"

#include "server/gateway/message_fields.h"

namespace pe::gateway {
namespace {

constexpr std::chrono::seconds kHealthTime{2};
// grpc.health.v1.HealthCheckResponse.status and its SERVING.
constexpr int kStatusField = 1;
constexpr int64_t kServing = 1;

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

asio::awaitable<bool> EngineServes(const Services& services) {
  std::string path = "/grpc.health.v1.Health/Check";
  std::string nothing;
  Metadata nobody;
  const Upstream::Reply reply =
      co_await services.upstream->Unary(std::move(path), std::move(nothing), std::move(nobody), kHealthTime);
  co_return reply.status.code == 0 && VarintField(reply.message, kStatusField) == kServing;
}

}  // namespace pe::gateway
