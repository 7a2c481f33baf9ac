// The names of Boost that the gateway's rooms share.
#ifndef SERVER_GATEWAY_HTTP_H_
#define SERVER_GATEWAY_HTTP_H_

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "absl/strings/string_view.h"

namespace pe::gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

// Completes with the error as a value.
inline constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

inline absl::string_view View(beast::string_view text) { return {text.data(), text.size()}; }
// Empty when the request has no such header.
inline absl::string_view Header(const Request& request, beast::string_view name) { return View(request[name]); }

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_HTTP_H_
