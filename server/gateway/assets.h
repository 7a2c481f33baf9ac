// A table of static files: what a web page consists of, compiled into the program or read from a folder.
//
// The build fills the embedded one: a generated source defines EmbeddedAssets(), and a program without a page links
// no_assets.cc instead. Values are views of memory that lives as long as the program. Pure; thread-safe.
#ifndef SERVER_GATEWAY_ASSETS_H_
#define SERVER_GATEWAY_ASSETS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pe::gateway {

struct Asset {
  absl::string_view path;          // as in the URL, "/index.html", "/assets/app-1a2b3c4d.js"
  absl::string_view content_type;  // "text/html; charset=utf-8"
  absl::string_view bytes;         // as they are sent without Content-Encoding
  absl::string_view gzip;          // the same, gzipped; empty: there is no such form
  absl::string_view etag;          // with its quotes: "\"9f86d081884c7d65\"", made of the content
  // The name holds a hash of the content, so it may be cached for ever.
  bool immutable = false;
};

// Must hold "/index.html" to be a page; it answers every path that is nobody else's and asks for HTML, so that
// permalinks of the page work. Empty: there is no page.
absl::Span<const Asset> EmbeddedAssets();

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_ASSETS_H_
