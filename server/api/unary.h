// What all unary handlers do: admit the caller, check the request, answer or fail.
// Thread rule: thread-safe; nothing here blocks.
#ifndef SERVER_API_UNARY_H_
#define SERVER_API_UNARY_H_

#include <grpcpp/support/server_callback.h>

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/api/gate.h"
#include "server/api/status_convert.h"
#include "server/api/work_pool.h"
#include "server/engine/engine.h"
#include "server/engine/errors.h"
#include "server/engine/validate.h"

namespace pe {

// An Answer that fills `response` and ends the call. gRPC keeps both alive until then.
template <typename Response>
Answer<Response> AnswerTo(grpc::ServerUnaryReactor* reactor, Response* response) {
  return [reactor, response](absl::StatusOr<Response> result) {
    if (result.ok()) *response = *std::move(result);
    reactor->Finish(ToGrpc(result.status()));
  };
}

// Calls `go(caller, reactor)` for an admitted caller with a valid request; `go` sees to it that the reactor finishes.
template <typename Request, typename Go>
grpc::ServerUnaryReactor* Unary(const Gate& gate, grpc::CallbackServerContext* context, absl::string_view method,
                                const Request& request, Go go) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  absl::StatusOr<std::string> caller = gate.Admit(*context, method);
  if (!caller.ok()) {
    reactor->Finish(ToGrpc(caller.status()));
  } else if (const std::vector<Violation> violations = Validate(request); !violations.empty()) {
    reactor->Finish(ToGrpc(InvalidRequest(violations)));
  } else {
    go(*std::move(caller), reactor);
  }
  return reactor;
}

// Runs `read`, which returns StatusOr<Response> and may wait for the disk, on the pool.
template <typename Response, typename Read>
void ReadOn(WorkPool& pool, grpc::ServerUnaryReactor* reactor, Response* response, Read read) {
  const bool taken = pool.Run([reactor, response, read = std::move(read)] { AnswerTo(reactor, response)(read()); });
  if (!taken) reactor->Finish(ToGrpc(Overloaded("READS_BUSY", "too many reads wait already; try again", 1000)));
}

}  // namespace pe

#endif  // SERVER_API_UNARY_H_
