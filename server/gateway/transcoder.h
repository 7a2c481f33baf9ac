// Transcoder: an HTTP request becomes a call and its serialized request message, by the rules of google/api/http.proto;
// a serialized response becomes JSON.
// Thread rule: thread-safe after Open.
#ifndef SERVER_GATEWAY_TRANSCODER_H_
#define SERVER_GATEWAY_TRANSCODER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/gateway/api_schema.h"
#include "server/gateway/route_table.h"

namespace pe::gateway {

struct RestRequest {
  absl::string_view method;           // "GET"
  absl::string_view target;           // "/v1/jobs?page_size=5", undecoded
  absl::string_view body;             // JSON, or empty
  absl::string_view idempotency_key;  // header Idempotency-Key; sets the request's `request_id` where there is one
  absl::string_view last_event_id;    // header Last-Event-ID; sets the request's `after_seq` where there is one
};

struct RpcRequest {
  const Route* route = nullptr;
  std::string message;  // serialized
};

// Why there is no call. `http` is the HTTP status, which is finer than the code (405, 415).
struct RestError {
  int http = 400;
  absl::Status status;
  std::string allow;  // with 405: the value of header Allow
};

class Transcoder {
 public:
  // `schema` outlives it.
  static absl::StatusOr<std::unique_ptr<Transcoder>> Open(const ApiSchema* schema);

  std::variant<RpcRequest, RestError> Transcode(const RestRequest& request) const;

  // The JSON of a response of `route`'s call, or of the part that its rule asks for.
  absl::StatusOr<std::string> ResponseJson(const Route& route, const std::string& binary) const;

  // Whether `path` (without query) fits any rule.
  bool Knows(absl::string_view path) const;
  const RouteTable& table() const { return table_; }
  const ApiSchema& schema() const { return *schema_; }

 private:
  Transcoder(const ApiSchema* schema, RouteTable table) : schema_(schema), table_(std::move(table)) {}
  absl::StatusOr<std::string> Message(const RouteMatch& match, const RestRequest& request) const;

  const ApiSchema* const schema_;
  const RouteTable table_;
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_TRANSCODER_H_
