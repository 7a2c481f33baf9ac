// The W3C trace context of a call.
#ifndef SERVER_API_TRACE_H_
#define SERVER_API_TRACE_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/strings/string_view.h"

namespace pe {

// "00-TRACE-SPAN-FLAGS" as https://www.w3.org/TR/trace-context wants it; of a later version at least that much of it.
bool IsTraceParent(absl::string_view text);

// The call's `traceparent`; empty when there is none, or one that is to be ignored.
std::string TraceParent(const grpc::ServerContextBase& context);

}  // namespace pe

#endif  // SERVER_API_TRACE_H_
