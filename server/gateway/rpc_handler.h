// gRPC-Web and Connect: calls by the method's path, POST /provision.v1.ProvisionService/List, unary and
// server-streaming, so that typed browser clients need no proxy. The content type says which of them it is:
//
//   application/grpc-web[+proto], application/grpc-web-text[+proto]
//   application/proto, application/json (Connect, unary), application/connect+proto, application/connect+json (streams)
//
// Messages are not compressed.
#ifndef SERVER_GATEWAY_RPC_HANDLER_H_
#define SERVER_GATEWAY_RPC_HANDLER_H_

#include "server/gateway/services.h"

namespace pe::gateway {

// Whether the request is a call by path.
bool IsRpc(const Services& services, const Request& request);
// REQUIRES: IsRpc.
asio::awaitable<void> ServeRpc(const Services& services, Exchange& exchange);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_RPC_HANDLER_H_
