#include "server/gateway/socket_handler.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/rpc/code.pb.h"
#include "server/gateway/socket_session.h"

namespace pe::gateway {
namespace {

// The token among the subprotocols, as a header that calls to the engine bear.
void AddProtocolToken(absl::string_view protocols, Metadata* metadata) {
  const bool has =
      std::any_of(metadata->begin(), metadata->end(), [](const auto& m) { return m.first == "authorization"; });
  for (absl::string_view protocol : absl::StrSplit(protocols, ',')) {
    protocol = absl::StripAsciiWhitespace(protocol);
    if (!has && absl::ConsumePrefix(&protocol, "bearer.")) {
      metadata->emplace_back("authorization", absl::StrCat("Bearer ", protocol));
      return;
    }
  }
}

bool OffersOurs(absl::string_view protocols) {
  for (absl::string_view protocol : absl::StrSplit(protocols, ',')) {
    if (absl::StripAsciiWhitespace(protocol) == "pe.v1") return true;
  }
  return false;
}

}  // namespace

bool IsSocketUpgrade(const Request& request) { return beast::websocket::is_upgrade(request); }

asio::awaitable<void> ServeSocket(const Services& services, Exchange& exchange) {
  exchange.what = "socket";
  const absl::string_view protocols = Header(exchange.request(), "Sec-WebSocket-Protocol");
  auto metadata = MetadataOf(exchange.request());
  for (const char c : protocols) {
    if (c < 0x20 || c > 0x7e) metadata = std::nullopt;
  }
  if (!metadata.has_value() || (!protocols.empty() && !OffersOurs(protocols))) {
    RpcStatus wrong{google::rpc::INVALID_ARGUMENT, "the subprotocols must be pe.v1 and, for the token, bearer.TOKEN",
                    ""};
    co_await exchange.SendError(*services.schema, wrong);
    co_return;
  }
  AddProtocolToken(protocols, &*metadata);
  SocketSession session(services, exchange, *std::move(metadata));
  co_await session.Run();
  exchange.Drain();  // nothing else comes on this connection
}

}  // namespace pe::gateway
