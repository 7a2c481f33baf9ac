// The page's files: with ETag, gzip where the client takes it, and for ever in caches where the name holds a hash. A
// path of no file that a browser navigates to is the page itself, so that its permalinks work.
#ifndef SERVER_GATEWAY_PAGE_HANDLER_H_
#define SERVER_GATEWAY_PAGE_HANDLER_H_

#include "server/gateway/services.h"

namespace pe::gateway {

// Answers every GET and HEAD; REQUIRES one of them.
asio::awaitable<void> ServePage(const Services& services, Exchange& exchange);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_PAGE_HANDLER_H_
