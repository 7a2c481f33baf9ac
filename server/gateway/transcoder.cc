#include "server/gateway/transcoder.h"

#include <google/protobuf/message.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "base/text.h"
#include "server/gateway/field_text.h"
#include "server/gateway/url.h"

namespace pe::gateway {
namespace {

namespace pb = google::protobuf;

bool IsWithin(absl::string_view path, absl::string_view prefix) {
  return path == prefix || absl::StartsWith(path, absl::StrCat(prefix, "."));
}

absl::Status ReadBody(const ApiSchema& schema, const Route& route, absl::string_view body, pb::Message* message) {
  if (!route.whole_body && route.body == nullptr) {
    if (body.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError("this call takes no body");
  }
  if (body.empty()) return absl::OkStatus();
  if (!IsText(body)) return absl::InvalidArgumentError("the body is not UTF-8 text");
  pb::Message* const part = route.whole_body ? message : message->GetReflection()->MutableMessage(message, route.body);
  PE_ASSIGN_OR_RETURN(const std::string binary, schema.FromJson(part->GetDescriptor(), body));
  if (!part->ParseFromString(binary)) return absl::InvalidArgumentError("the body is not a valid message");
  return absl::OkStatus();
}

// The message that holds the last of `fields`, without making any; nullptr: an outer one is not set.
const pb::Message* Holder(const pb::Message& message, absl::Span<const pb::FieldDescriptor* const> fields) {
  const pb::Message* at = &message;
  for (size_t i = 0; i + 1 < fields.size(); ++i) {
    if (!at->GetReflection()->HasField(*at, fields[i])) return nullptr;
    at = &at->GetReflection()->GetMessage(*at, fields[i]);
  }
  return at;
}

// A field that the path and the body both give must be the same in both.
absl::Status SetFromPath(const ApiSchema& schema, const PathBinding& binding, pb::Message* message) {
  const auto fields = FindField(message->GetDescriptor(), binding.field);
  const pb::FieldDescriptor* const last = fields.back();
  const pb::Message* const holder = Holder(*message, fields);
  if (holder != nullptr && last->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
    const std::string given = holder->GetReflection()->GetString(*holder, last);
    if (!given.empty() && given != binding.value) {
      return absl::InvalidArgumentError(absl::StrCat(binding.field, ": the path says `", Printable(binding.value),
                                                     "`, the body `", Printable(Shorten(given, 100)), "`"));
    }
  }
  return SetFromText(schema, fields, {binding.value}, message);
}

absl::Status UnknownParameter(const Route& route, const std::set<std::string>& taken, const std::string& name) {
  if (route.whole_body) {
    return absl::InvalidArgumentError(absl::StrCat("unknown parameter `", Printable(Shorten(name, 100)),
                                                   "`: this call takes everything in its body"));
  }
  const std::vector<std::string> valid = TextFields(route.rpc->input_type(), taken);
  if (valid.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown parameter `", Printable(Shorten(name, 100)), "`: this call takes none"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown parameter `", Printable(Shorten(name, 100)), "`; valid are ", absl::StrJoin(valid, ", ")));
}

absl::Status ReadQuery(const ApiSchema& schema, const RouteMatch& match, absl::string_view query,
                       pb::Message* message) {
  PE_ASSIGN_OR_RETURN(const auto parameters, ParseQuery(query));
  const Route& route = *match.route;
  std::set<std::string> taken;
  for (const PathBinding& binding : match.bindings) taken.insert(binding.field);
  if (route.body != nullptr) taken.insert(route.body->name());
  std::map<std::string, std::vector<std::string>> values;  // by proto path
  std::vector<std::string> order;
  for (const auto& [name, value] : parameters) {
    const auto fields = FindField(route.rpc->input_type(), name);
    const std::string path = ProtoPath(fields);
    const bool elsewhere = std::any_of(taken.begin(), taken.end(), [&](const auto& t) { return IsWithin(path, t); });
    if (fields.empty() || route.whole_body || elsewhere || !HasTextForm(fields.back())) {
      return UnknownParameter(route, taken, name);
    }
    if (values[path].empty()) order.push_back(path);
    values[path].push_back(value);
  }
  for (const std::string& path : order) {
    PE_RETURN_IF_ERROR(SetFromText(schema, FindField(route.rpc->input_type(), path), values[path], message));
  }
  return absl::OkStatus();
}

absl::Status SetIdempotencyKey(const ApiSchema& schema, absl::string_view key, pb::Message* message) {
  if (key.size() >= 2 && key.front() == '"' && key.back() == '"')
    key = key.substr(1, key.size() - 2);  // as the draft has it
  const auto* const field = message->GetDescriptor()->FindFieldByName("request_id");
  if (key.empty() || field == nullptr || field->cpp_type() != pb::FieldDescriptor::CPPTYPE_STRING)
    return absl::OkStatus();
  const std::string given = message->GetReflection()->GetString(*message, field);
  if (!given.empty() && given != key) {
    return absl::InvalidArgumentError("request_id: the body and the header Idempotency-Key differ");
  }
  return Annotate(SetFromText(schema, {field}, {std::string(key)}, message), "Idempotency-Key");
}

// What the browser has seen is later than what the page began with.
absl::Status SetLastEventId(const ApiSchema& schema, absl::string_view id, pb::Message* message) {
  const auto* const field = message->GetDescriptor()->FindFieldByName("after_seq");
  if (id.empty() || field == nullptr) return absl::OkStatus();
  return Annotate(SetFromText(schema, {field}, {std::string(id)}, message), "Last-Event-ID");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Transcoder>> Transcoder::Open(const ApiSchema* schema) {
  PE_ASSIGN_OR_RETURN(RouteTable table, RouteTable::Build(*schema));
  return std::unique_ptr<Transcoder>(new Transcoder(schema, std::move(table)));
}

absl::StatusOr<std::string> Transcoder::Message(const RouteMatch& match, const RestRequest& request) const {
  const std::unique_ptr<pb::Message> message = schema_->New(match.route->rpc->input_type());
  PE_RETURN_IF_ERROR(ReadBody(*schema_, *match.route, request.body, message.get()));
  for (const PathBinding& binding : match.bindings) PE_RETURN_IF_ERROR(SetFromPath(*schema_, binding, message.get()));
  PE_RETURN_IF_ERROR(ReadQuery(*schema_, match, SplitTarget(request.target).query, message.get()));
  PE_RETURN_IF_ERROR(SetIdempotencyKey(*schema_, request.idempotency_key, message.get()));
  PE_RETURN_IF_ERROR(SetLastEventId(*schema_, request.last_event_id, message.get()));
  return message->SerializeAsString();
}

std::variant<RpcRequest, RestError> Transcoder::Transcode(const RestRequest& request) const {
  const absl::string_view path = SplitTarget(request.target).path;
  const auto found = table_.Find(request.method, path);
  if (std::holds_alternative<NoSuchPath>(found)) {
    return RestError{404, absl::NotFoundError(absl::StrCat("there is no path ", Printable(Shorten(path, 200)))), ""};
  }
  if (const auto* others = std::get_if<OtherMethods>(&found)) {
    const std::string allow = absl::StrJoin(others->allowed, ", ");
    return RestError{405, absl::UnimplementedError(absl::StrCat("this path takes ", allow)), allow};
  }
  const RouteMatch& match = std::get<RouteMatch>(found);
  auto message = Message(match, request);
  if (!message.ok()) return RestError{400, message.status(), ""};
  return RpcRequest{match.route, *std::move(message)};
}

absl::StatusOr<std::string> Transcoder::ResponseJson(const Route& route, const std::string& binary) const {
  PE_ASSIGN_OR_RETURN(std::string json, schema_->ToJson(route.rpc->output_type(), binary));
  if (route.response_body == nullptr) return json;
  const auto whole = nlohmann::ordered_json::parse(json, nullptr, /*allow_exceptions=*/false);
  const auto part = whole.find(route.response_body->json_name());
  if (part != whole.end()) return part->dump();
  return std::string(route.response_body->is_map()                    ? "{}"
                     : route.response_body->is_repeated()             ? "[]"
                     : route.response_body->message_type() != nullptr ? "{}"
                                                                      : "null");
}

bool Transcoder::Knows(absl::string_view path) const {
  return !std::holds_alternative<NoSuchPath>(table_.Find("", path));
}

}  // namespace pe::gateway
