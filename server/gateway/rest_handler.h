// REST: a request that fits a google.api.http rule becomes a call. A server stream is answered as NDJSON, one
// {"result": ...} or a last {"error": ...} a line, or as server-sent events where the client accepts those:
//
//   id: SEQUENCE           of a stream with sequences (`through_seq`): what to resume after
//   data: MESSAGE          event `end` at the stream's end, event `error` with a google.rpc.Status
//
// A client that comes back after the end with Last-Event-ID gets 204, on which EventSource stops.
#ifndef SERVER_GATEWAY_REST_HANDLER_H_
#define SERVER_GATEWAY_REST_HANDLER_H_

#include "server/gateway/services.h"

namespace pe::gateway {

// Answers every request, also those that fit no rule.
asio::awaitable<void> ServeRest(const Services& services, Exchange& exchange);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_REST_HANDLER_H_
