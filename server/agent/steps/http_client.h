// A small HTTP/1.1 GET over plain sockets, for probes of services on or near the host. Not for the wide world: no TLS,
// no redirects, no proxies, at most 1 MiB of body. Thread-safe.
#ifndef SERVER_AGENT_STEPS_HTTP_CLIENT_H_
#define SERVER_AGENT_STEPS_HTTP_CLIENT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

inline constexpr size_t kMostBodyBytes = 1024 * 1024;

struct HttpUrl {
  std::string host;  // without brackets
  int port = 80;
  std::string authority;  // for the Host header
  std::string target;     // path and query, at least "/"
};
// INVALID_ARGUMENT (code BAD_URL) unless "http://HOST[:PORT][/PATH][?QUERY]" without spaces or control characters.
absl::StatusOr<HttpUrl> ParseHttpUrl(absl::string_view url);

struct HttpAnswer {
  int status = 0;
  std::string body;  // decoded; cut at kMostBodyBytes
};

// One request on a connection of its own, all within `timeout_us`. `headers`: lines "Name: value".
absl::StatusOr<HttpAnswer> HttpGet(const HttpUrl& url, const std::vector<std::string>& headers, int64_t timeout_us,
                                   StepContext& context);

// The answer in what has come over the wire so far; `ended`: nothing more will come. Pure.
// nullopt: more bytes are needed.
absl::StatusOr<std::optional<HttpAnswer>> ParseHttpAnswer(absl::string_view bytes, bool ended);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_HTTP_CLIENT_H_
