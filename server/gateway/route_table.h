// RouteTable: the google.api.http rules of all calls, and which of them a request fits.
// Thread rule: thread-safe after Build.
#ifndef SERVER_GATEWAY_ROUTE_TABLE_H_
#define SERVER_GATEWAY_ROUTE_TABLE_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/gateway/api_schema.h"
#include "server/gateway/path_template.h"

namespace pe::gateway {

struct Route {
  std::string http_method;  // "GET", or the kind of a custom rule
  PathTemplate path;
  const google::protobuf::MethodDescriptor* rpc = nullptr;
  // nullptr with whole_body false: the request has no body.
  const google::protobuf::FieldDescriptor* body = nullptr;
  bool whole_body = false;
  // What is answered instead of the whole response; nullptr: the whole.
  const google::protobuf::FieldDescriptor* response_body = nullptr;
};

struct RouteMatch {
  const Route* route = nullptr;
  std::vector<PathBinding> bindings;
};
struct NoSuchPath {};
struct OtherMethods {
  std::vector<std::string> allowed;  // sorted
};

class RouteTable {
 public:
  // From the annotations, additional bindings included; a call without one has no route. INVALID_ARGUMENT names the
  // call whose rule contradicts its messages.
  static absl::StatusOr<RouteTable> Build(const ApiSchema& schema);

  // `path` undecoded, without query. A path that ends with a verb of some rule is never taken as a plain name.
  std::variant<RouteMatch, OtherMethods, NoSuchPath> Find(absl::string_view http_method, absl::string_view path) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;  // the most specific first
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_ROUTE_TABLE_H_
