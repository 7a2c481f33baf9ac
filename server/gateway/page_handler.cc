#include "server/gateway/page_handler.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "google/rpc/code.pb.h"
#include "server/gateway/static_files.h"
#include "server/gateway/url.h"

namespace pe::gateway {
namespace {

bool Lists(absl::string_view header, absl::string_view wanted) {
  for (absl::string_view part : absl::StrSplit(header, ',')) {
    if (absl::StripAsciiWhitespace(part.substr(0, part.find(';'))) == wanted) return true;
  }
  return false;
}

const Asset* AssetFor(const StaticFiles& files, const Request& request) {
  const auto path = PercentDecode(SplitTarget(View(request.target())).path, Decode::kAll);
  if (!path.ok()) return nullptr;
  if (const Asset* asset = files.Find(*path)) return asset;
  const bool navigates = *path == "/" || Lists(Header(request, "Accept"), "text/html");
  return navigates ? files.Find("/index.html") : nullptr;
}

}  // namespace

asio::awaitable<void> ServePage(const Services& services, Exchange& exchange) {
  const Request& request = exchange.request();
  exchange.what = "page";
  const Asset* const asset = AssetFor(*services.files, request);
  if (asset == nullptr) {
    const RpcStatus missing = MakeStatus(google::rpc::NOT_FOUND, "there is nothing at this path");
    co_await exchange.SendError(*services.schema, missing);
    co_return;
  }
  Reply reply;
  reply.headers.emplace_back("Cache-Control", asset->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (!asset->etag.empty()) reply.headers.emplace_back("ETag", std::string(asset->etag));
  if (!asset->gzip.empty()) reply.headers.emplace_back("Vary", "Accept-Encoding");
  if (!asset->etag.empty() && Lists(Header(request, "If-None-Match"), asset->etag)) {
    reply.status = 304;
  } else {
    const bool gzip = !asset->gzip.empty() && Lists(Header(request, "Accept-Encoding"), "gzip");
    if (gzip) reply.headers.emplace_back("Content-Encoding", "gzip");
    reply.content_type = std::string(asset->content_type);
    reply.body = std::string(gzip ? asset->gzip : asset->bytes);
  }
  co_await exchange.Send(reply);
}

}  // namespace pe::gateway
