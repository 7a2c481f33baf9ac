#include "server/gateway/openapi.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/gateway/field_text.h"
#include "server/gateway/openapi_schema.h"

namespace pe::gateway {
namespace {

using Json = OpenApiSchemas::Json;

// A path as OpenAPI has it, where a parameter is one segment: "/v1/{name=jobs/*}:cancel" is "/v1/jobs/{job}:cancel".
struct OpenPath {
  std::string text;
  std::vector<std::string> parameters;
};

OpenPath PathOf(const PathTemplate& path) {
  OpenPath out;
  std::string before;
  for (size_t i = 0; i < path.segments().size(); ++i) {
    const PathTemplate::Segment& segment = path.segments()[i];
    if (segment.kind == PathTemplate::Kind::kLiteral) {
      before = segment.literal;
      absl::StrAppend(&out.text, "/", segment.literal);
      continue;
    }
    std::string name(absl::StripSuffix(before, "s"));
    for (const PathTemplate::Variable& variable : path.variables()) {
      if (variable.begin == i && variable.end == i + 1) name = variable.field;
    }
    if (name.empty()) name = absl::StrCat("part", i);
    out.parameters.push_back(name);
    absl::StrAppend(&out.text, "/{", name, "}");
  }
  if (!path.verb().empty()) absl::StrAppend(&out.text, ":", path.verb());
  return out;
}

Json Content(const char* type, Json schema) { return {{type, {{"schema", std::move(schema)}}}}; }

Json Parameters(const Route& route, const OpenPath& path, OpenApiSchemas* schemas) {
  Json out = Json::array();
  for (const std::string& name : path.parameters) {
    out.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  }
  if (route.whole_body) return out;
  std::set<std::string> taken;
  for (const auto& variable : route.path.variables()) taken.insert(variable.field);
  if (route.body != nullptr) taken.insert(route.body->name());
  for (const std::string& name : TextFields(route.rpc->input_type(), taken)) {
    const auto fields = FindField(route.rpc->input_type(), name);
    Json parameter = {{"name", name}, {"in", "query"}};
    if (const std::string comment = CommentOf(fields.back()); !comment.empty()) parameter["description"] = comment;
    Json schema = schemas->Of(fields.back());
    schema.erase("description");
    parameter["schema"] = std::move(schema);
    out.push_back(std::move(parameter));
  }
  return out;
}

Json Answer(const Route& route, OpenApiSchemas* schemas) {
  Json whole =
      route.response_body != nullptr ? schemas->Of(route.response_body) : schemas->Of(route.rpc->output_type());
  if (!route.rpc->server_streaming()) return {{"description", "OK"}, {"content", Content("application/json", whole)}};
  Json line = {{"type", "object"},
               {"description", "One line: a message of the stream, or the error that ends it."},
               {"properties", {{"result", whole}, {"error", {{"$ref", "#/components/schemas/google.rpc.Status"}}}}}};
  Json content = Content("application/x-ndjson", std::move(line));
  content["text/event-stream"] = {{"schema", {{"type", "string"}}}};
  return {{"description", "A stream."}, {"content", content}};
}

Json Operation(const Route& route, const OpenPath& path, OpenApiSchemas* schemas) {
  const std::string comment = CommentOf(route.rpc);
  Json out = {{"operationId", absl::StrCat(route.rpc->service()->name(), "_", route.rpc->name())},
              {"tags", {route.rpc->service()->name()}},
              {"summary", comment.substr(0, comment.find(". "))},
              {"description", comment}};
  out["parameters"] = Parameters(route, path, schemas);
  if (route.whole_body || route.body != nullptr) {
    Json body = route.whole_body ? schemas->Of(route.rpc->input_type()) : schemas->Of(route.body->message_type());
    out["requestBody"] = {{"required", true}, {"content", Content("application/json", std::move(body))}};
  }
  const Json error = {{"$ref", "#/components/responses/Error"}};
  out["responses"] = {{"200", Answer(route, schemas)}, {"4XX", error}, {"5XX", error}};
  return out;
}

Json StatusSchema() {
  return {{"type", "object"},
          {"description", "Why a call failed."},
          {"properties",
           {{"code", {{"type", "integer"}, {"description", "A code of google.rpc.Code."}}},
            {"message", {{"type", "string"}}},
            {"details", {{"type", "array"}, {"items", {{"type", "object"}, {"additionalProperties", true}}}}}}}};
}

}  // namespace

std::string OpenApi(const RouteTable& table, absl::string_view version) {
  OpenApiSchemas schemas;
  Json paths = Json::object(), tags = Json::array();
  std::set<std::string> services;
  std::set<std::string> operations;
  for (const Route& route : table.routes()) {
    const OpenPath path = PathOf(route.path);
    Json operation = Operation(route, path, &schemas);
    // Additional bindings are the same call by another path.
    const std::string id = operation["operationId"];
    if (!operations.insert(id).second) operation["operationId"] = absl::StrCat(id, "_", operations.size());
    paths[path.text][absl::AsciiStrToLower(route.http_method)] = std::move(operation);
    if (services.insert(route.rpc->service()->name()).second) {
      tags.push_back({{"name", route.rpc->service()->name()}, {"description", CommentOf(route.rpc->service())}});
    }
  }
  Json document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Provision Engine"},
        {"version", std::string(version)},
        {"description", "Make these hosts run this service. The same API as gRPC, by google.api.http rules."},
        {"license", {{"name", "Apache 2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"servers", Json::array({{{"url", "/"}}})},
      {"security", Json::array({{{"token", Json::array()}}})},
      {"tags", tags},
      {"paths", paths}};
  Json all = schemas.All();
  all["google.rpc.Status"] = StatusSchema();
  document["components"] = {
      {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}},
      {"responses",
       {{"Error",
         {{"description", "The call failed."},
          {"content", Content("application/json", {{"$ref", "#/components/schemas/google.rpc.Status"}})}}}}},
      {"schemas", all}};
  return document.dump();
}

}  // namespace pe::gateway
