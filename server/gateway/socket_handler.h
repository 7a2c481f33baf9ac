// WebSocket /v1/stream: many watches on one connection. Messages are JSON objects in text frames.
//
//   client  {"subscribe": {"job": "jobs/J", "afterSeq": 7, "noOutput": true, "sub": "a"}}   only "job" is required
//           {"unsubscribe": {"sub": "a"}}
//   server  {"sub": "a", "seq": 8, "event": EVENT}        an event; seq grows by one, save where output is left out
//           {"sub": "a", "seq": 7, "snapshot": JOB}       first, of a subscription without afterSeq
//           {"sub": "a", "seq": 8}                        everything up to seq was said; comes at least every 15 s
//           {"sub": "a", "seq": 9, "end": {}}             the job has ended, and so has the subscription
//           {"sub": "a", "error": STATUS}                 the subscription has ended with a google.rpc.Status
//
// `sub` is the client's name for a subscription, by default the job's name. A cut is resumed with afterSeq: the last
// seq. The token comes as `Authorization`, or, from a browser, which cannot set that, as a subprotocol: new
// WebSocket(url, ["pe.v1", "bearer." + token]). Close codes: 1001 the server stops, 1013 too many subscriptions, 4400 a
// message that is not understood, 4401 no valid token, 4409 the history after afterSeq is no longer there.
#ifndef SERVER_GATEWAY_SOCKET_HANDLER_H_
#define SERVER_GATEWAY_SOCKET_HANDLER_H_

#include "server/gateway/services.h"

namespace pe::gateway {

// Whether the request wants to become a WebSocket.
bool IsSocketUpgrade(const Request& request);
// Until the socket is closed. REQUIRES: IsSocketUpgrade; Origin was checked.
asio::awaitable<void> ServeSocket(const Services& services, Exchange& exchange);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_SOCKET_HANDLER_H_
