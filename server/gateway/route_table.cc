#include "server/gateway/route_table.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "google/api/annotations.pb.h"
#include "server/gateway/field_text.h"
#include "server/gateway/url.h"

namespace pe::gateway {
namespace {

namespace pb = google::protobuf;

struct Pattern {
  std::string method;
  std::string path;
};

absl::StatusOr<Pattern> PatternOf(const google::api::HttpRule& rule) {
  switch (rule.pattern_case()) {
    case google::api::HttpRule::kGet:
      return Pattern{"GET", rule.get()};
    case google::api::HttpRule::kPut:
      return Pattern{"PUT", rule.put()};
    case google::api::HttpRule::kPost:
      return Pattern{"POST", rule.post()};
    case google::api::HttpRule::kDelete:
      return Pattern{"DELETE", rule.delete_()};
    case google::api::HttpRule::kPatch:
      return Pattern{"PATCH", rule.patch()};
    case google::api::HttpRule::kCustom:
      return Pattern{rule.custom().kind(), rule.custom().path()};
    case google::api::HttpRule::PATTERN_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("a rule without a path");
}

absl::Status CheckVariables(const Route& route) {
  for (const PathTemplate::Variable& variable : route.path.variables()) {
    const auto fields = FindField(route.rpc->input_type(), variable.field);
    if (fields.empty()) return absl::InvalidArgumentError(absl::StrCat("there is no field ", variable.field));
    if (fields.back()->is_repeated() || fields.back()->message_type() != nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(variable.field, " cannot be in a path"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Route> MakeRoute(const pb::MethodDescriptor* rpc, const google::api::HttpRule& rule) {
  Route route;
  route.rpc = rpc;
  PE_ASSIGN_OR_RETURN(const Pattern pattern, PatternOf(rule));
  route.http_method = pattern.method;
  PE_ASSIGN_OR_RETURN(route.path, PathTemplate::Parse(pattern.path));
  PE_RETURN_IF_ERROR(CheckVariables(route));
  route.whole_body = rule.body() == "*";
  if (!route.whole_body && !rule.body().empty()) {
    route.body = rpc->input_type()->FindFieldByName(rule.body());
    if (route.body == nullptr) return absl::InvalidArgumentError(absl::StrCat("there is no field ", rule.body()));
    if (route.body->message_type() == nullptr || route.body->is_repeated()) {
      return absl::UnimplementedError(absl::StrCat("the body ", rule.body(), " is not a single message"));
    }
  }
  if (!rule.response_body().empty()) {
    route.response_body = rpc->output_type()->FindFieldByName(rule.response_body());
    if (route.response_body == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("there is no field ", rule.response_body()));
    }
  }
  return route;
}

}  // namespace

absl::StatusOr<RouteTable> RouteTable::Build(const ApiSchema& schema) {
  RouteTable table;
  for (const pb::MethodDescriptor* rpc : schema.methods()) {
    if (!rpc->options().HasExtension(google::api::http)) continue;
    const google::api::HttpRule& rule = rpc->options().GetExtension(google::api::http);
    std::vector<const google::api::HttpRule*> rules = {&rule};
    for (const auto& more : rule.additional_bindings()) rules.push_back(&more);
    for (const auto* one : rules) {
      auto route = MakeRoute(rpc, *one);
      if (!route.ok()) return Annotate(route.status(), rpc->full_name());
      table.routes_.push_back(*std::move(route));
    }
  }
  std::stable_sort(table.routes_.begin(), table.routes_.end(),
                   [](const Route& a, const Route& b) { return a.path.MoreSpecificThan(b.path); });
  return table;
}

std::variant<RouteMatch, OtherMethods, NoSuchPath> RouteTable::Find(absl::string_view http_method,
                                                                    absl::string_view path) const {
  const std::vector<absl::string_view> segments = SplitPath(path);
  std::set<std::string> others;
  bool with_verb = false;  // a rule with a verb fits the path: those without are out
  for (const Route& route : routes_) {
    if (with_verb && route.path.verb().empty()) break;
    auto bindings = route.path.Match(segments);
    if (!bindings.has_value()) continue;
    if (route.http_method == http_method) return RouteMatch{&route, *std::move(bindings)};
    others.insert(route.http_method);
    with_verb = with_verb || !route.path.verb().empty();
  }
  if (others.empty()) return NoSuchPath{};
  return OtherMethods{{others.begin(), others.end()}};
}

}  // namespace pe::gateway
