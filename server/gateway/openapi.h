// The OpenAPI 3.1 document of the API, made from its description: paths from the google.api.http rules, schemas from
// the messages, texts from the comments.
#ifndef SERVER_GATEWAY_OPENAPI_H_
#define SERVER_GATEWAY_OPENAPI_H_

#include <string>

#include "absl/strings/string_view.h"
#include "server/gateway/route_table.h"

namespace pe::gateway {

// JSON. `version`: of the program.
std::string OpenApi(const RouteTable& table, absl::string_view version);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_OPENAPI_H_
