#include "server/api/system_handlers.h"

#include "server/api/status_convert.h"

namespace pe {

// Its request has nothing that could be wrong.
grpc::ServerUnaryReactor* SystemHandlers::GetMetrics(grpc::CallbackServerContext* context,
                                                     const provision::v1::GetMetricsRequest*,
                                                     provision::v1::GetMetricsResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const absl::StatusOr<std::string> caller = parts_.gate->Admit(*context, "/provision.v1.SystemService/GetMetrics");
  if (!caller.ok()) {
    reactor->Finish(ToGrpc(caller.status()));
  } else if (parts_.metrics == nullptr) {
    reactor->Finish({grpc::StatusCode::UNIMPLEMENTED, "this engine counts nothing"});
  } else {
    parts_.engine->Count([this, reactor, response](absl::StatusOr<EngineCounts> counts) {
      if (counts.ok()) response->set_text(parts_.metrics(*counts, parts_.hub->subscribers()));
      reactor->Finish(ToGrpc(counts.status()));
    });
  }
  return reactor;
}

}  // namespace pe
