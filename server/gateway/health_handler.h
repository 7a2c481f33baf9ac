// /healthz: this process answers. /readyz: and the engine behind it serves; 503 otherwise. Neither needs a token.
// /metrics: what the gateway counts and, for a caller with a token, what the engine does.
#ifndef SERVER_GATEWAY_HEALTH_HANDLER_H_
#define SERVER_GATEWAY_HEALTH_HANDLER_H_

#include "server/gateway/services.h"

namespace pe::gateway {

asio::awaitable<void> ServeHealthz(Exchange& exchange);
asio::awaitable<void> ServeReadyz(const Services& services, Exchange& exchange);
asio::awaitable<void> ServeMetrics(const Services& services, Exchange& exchange);
// What the engine's health service says: it is reached and SERVING.
asio::awaitable<bool> EngineServes(const Services& services);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_HEALTH_HANDLER_H_
