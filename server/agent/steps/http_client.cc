#include "server/agent/steps/http_client.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/agent/steps/tcp_socket.h"

namespace pe::agent {
namespace {

constexpr size_t kMostHeaderBytes = 64 * 1024;
constexpr size_t kMostReceivedBytes = 4 * kMostBodyBytes;  // a body in very small chunks
constexpr absl::string_view kEndOfHeaders = "\r\n\r\n";

absl::Status BadUrl(absl::string_view url) {
  return StepError(absl::StatusCode::kInvalidArgument, "BAD_URL", absl::StrCat("'", url, "' is not an http URL"),
                   "write http://HOST[:PORT]/PATH; https is not spoken by probes");
}

absl::Status BadAnswer(absl::string_view why) {
  return StepError(absl::StatusCode::kUnavailable, "BAD_HTTP_ANSWER", absl::StrCat("the answer is not HTTP/1.x: ", why),
                   "see what listens on that port");
}

struct Framing {
  bool chunked = false;
  int64_t length = -1;  // -1: until the end of the connection
};

Framing FramingOf(absl::string_view headers) {
  Framing framing;
  for (const absl::string_view line : absl::StrSplit(headers, "\r\n")) {
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos) continue;
    const absl::string_view name = line.substr(0, colon), value = absl::StripAsciiWhitespace(line.substr(colon + 1));
    if (absl::EqualsIgnoreCase(name, "transfer-encoding")) framing.chunked = absl::EndsWithIgnoreCase(value, "chunked");
    int64_t length = 0;
    if (absl::EqualsIgnoreCase(name, "content-length") && absl::SimpleAtoi(value, &length) && length >= 0)
      framing.length = length;
  }
  return framing;
}

// nullopt: more is needed.
absl::StatusOr<std::optional<std::string>> Dechunk(absl::string_view bytes) {
  std::string body;
  while (true) {
    const size_t end = bytes.find("\r\n");
    if (end == absl::string_view::npos) return std::optional<std::string>();
    const absl::string_view digits = bytes.substr(0, std::min(end, bytes.find(';')));
    uint64_t size = 0;
    if (!absl::SimpleHexAtoi(absl::StripAsciiWhitespace(digits), &size)) return BadAnswer("a chunk without a size");
    if (size == 0) return std::optional<std::string>(std::move(body));
    bytes.remove_prefix(end + 2);
    const size_t room = kMostBodyBytes - body.size();
    if (size > room) {  // cut at the bound
      if (bytes.size() < room) return std::optional<std::string>();
      body.append(bytes.data(), room);
      return std::optional<std::string>(std::move(body));
    }
    if (bytes.size() < size + 2) return std::optional<std::string>();
    body.append(bytes.data(), size);
    bytes.remove_prefix(size + 2);
  }
}

}  // namespace

absl::StatusOr<HttpUrl> ParseHttpUrl(absl::string_view url) {
  absl::string_view rest = url;
  if (!absl::ConsumePrefix(&rest, "http://")) return BadUrl(url);
  if (std::any_of(rest.begin(), rest.end(), [](char c) { return c <= ' ' || c == 0x7f; })) return BadUrl(url);
  rest = rest.substr(0, rest.find('#'));
  const size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  HttpUrl parsed{.authority = std::string(rest.substr(0, slash)), .target = std::string(rest.substr(slash))};
  if (parsed.target.empty() || parsed.target[0] == '?') parsed.target.insert(0, "/");
  absl::string_view host = parsed.authority;
  if (absl::StrContains(host, "@")) return BadUrl(url);
  const size_t bracket = host.rfind(']');
  const size_t colon = host.find(':', bracket == absl::string_view::npos ? 0 : bracket);
  if (colon != absl::string_view::npos) {
    if (!absl::SimpleAtoi(host.substr(colon + 1), &parsed.port) || parsed.port < 1 || parsed.port > 65535)
      return BadUrl(url);
    host = host.substr(0, colon);
  }
  if (absl::ConsumePrefix(&host, "[") && !absl::ConsumeSuffix(&host, "]")) return BadUrl(url);
  if (host.empty()) return BadUrl(url);
  parsed.host = std::string(host);
  return parsed;
}

absl::StatusOr<std::optional<HttpAnswer>> ParseHttpAnswer(absl::string_view bytes, bool ended) {
  while (absl::StartsWith(bytes, "HTTP/1.1 1") && absl::StrContains(bytes, kEndOfHeaders)) {
    bytes.remove_prefix(bytes.find(kEndOfHeaders) + kEndOfHeaders.size());  // interim answers, 100 and the like
  }
  const size_t end = bytes.find(kEndOfHeaders);
  if (end == absl::string_view::npos) {
    if (ended) return BadAnswer("it ended before its headers");
    if (bytes.size() > kMostHeaderBytes) return BadAnswer("its headers do not end");
    return std::optional<HttpAnswer>();
  }
  HttpAnswer answer;
  const absl::string_view headers = bytes.substr(0, end);
  if (!absl::StartsWith(headers, "HTTP/1.") || headers.size() < 12 ||
      !absl::SimpleAtoi(headers.substr(9, 3), &answer.status)) {
    return BadAnswer("it has no status line");
  }
  absl::string_view body = bytes.substr(end + kEndOfHeaders.size());
  if (answer.status == 204 || answer.status == 304) return std::optional<HttpAnswer>(answer);
  const Framing framing = FramingOf(headers);
  if (framing.chunked) {
    PE_ASSIGN_OR_RETURN(std::optional<std::string> whole, Dechunk(body));
    if (!whole && ended) return BadAnswer("it ended within its body");
    if (!whole) return std::optional<HttpAnswer>();
    answer.body = *std::move(whole);
    return std::optional<HttpAnswer>(std::move(answer));
  }
  const size_t wanted = framing.length < 0 ? kMostBodyBytes : std::min<size_t>(framing.length, kMostBodyBytes);
  if (body.size() < wanted && !(ended && framing.length < 0)) {
    if (ended) return BadAnswer("it ended within its body");
    return std::optional<HttpAnswer>();
  }
  answer.body = std::string(body.substr(0, wanted));
  return std::optional<HttpAnswer>(std::move(answer));
}

absl::StatusOr<HttpAnswer> HttpGet(const HttpUrl& url, const std::vector<std::string>& headers, int64_t timeout_us,
                                   StepContext& context) {
  const MonoMicros deadline = context.clock.Mono() + timeout_us;
  PE_ASSIGN_OR_RETURN(TcpSocket socket, TcpSocket::Connect(url.host, url.port, deadline, context));
  std::string request = absl::StrCat("GET ", url.target, " HTTP/1.1\r\nHost: ", url.authority,
                                     "\r\nUser-Agent: pe-agent\r\nAccept: */*\r\nConnection: close\r\n");
  for (const std::string& header : headers) {
    if (header.find_first_of("\r\n") == std::string::npos) absl::StrAppend(&request, header, "\r\n");
  }
  request += "\r\n";
  PE_RETURN_IF_ERROR(socket.Send(request, deadline, context));
  std::string received;
  while (true) {
    PE_ASSIGN_OR_RETURN(const bool more, socket.Receive(&received, deadline, context));
    PE_ASSIGN_OR_RETURN(std::optional<HttpAnswer> answer, ParseHttpAnswer(received, !more));
    if (answer) return *std::move(answer);
    if (received.size() > kMostReceivedBytes) return BadAnswer("it does not end");
  }
}

}  // namespace pe::agent
