// What every handler works with. All of it outlives the connections.
#ifndef SERVER_GATEWAY_SERVICES_H_
#define SERVER_GATEWAY_SERVICES_H_

#include <optional>

#include "server/gateway/exchange.h"
#include "server/gateway/host_policy.h"
#include "server/gateway/transcoder.h"
#include "server/gateway/upstream.h"

namespace pe::gateway {

class JsonCache;
class Metrics;
class StaticFiles;

struct Services {
  const ApiSchema* schema = nullptr;
  const Transcoder* transcoder = nullptr;
  const HostPolicy* hosts = nullptr;
  const StaticFiles* files = nullptr;
  JsonCache* json = nullptr;  // for messages of streams
  Upstream* upstream = nullptr;
  Metrics* metrics = nullptr;
  const std::string* openapi = nullptr;  // the document
};

// What goes with a call to the engine: the caller's authorization and trace context, as they are. nullopt: one of them
// holds bytes that gRPC does not carry.
std::optional<Metadata> MetadataOf(const Request& request);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_SERVICES_H_
