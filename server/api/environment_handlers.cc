#include "server/api/environment_handlers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/api/api_errors.h"
#include "server/api/limits.h"
#include "server/api/page_token.h"
#include "server/api/unary.h"

namespace pe {
namespace {

using provision::v1::Environment;
using provision::v1::ListEnvironmentsResponse;

absl::StatusOr<Environment> ReadEnvironment(Store& store, const std::string& name) {
  absl::StatusOr<Environment> environment =
      store.GetEnvironment(EnvironmentId(std::string(absl::StripPrefix(name, "environments/"))));
  if (absl::IsNotFound(environment.status())) return NoSuch("provision.dev/Environment", name);
  return environment;
}

absl::StatusOr<ListEnvironmentsResponse> ReadEnvironments(Store& store,
                                                          const provision::v1::ListEnvironmentsRequest& request) {
  const auto after = ReadPageToken("environments", "", request.page_token());
  if (!after.ok()) return InvalidField("page_token", after.status());
  const int size = request.page_size() == 0 ? kDefaultPageSize : std::min(request.page_size(), kMaxPageSize);
  PE_ASSIGN_OR_RETURN(Page<Environment> page, store.ListEnvironments(*after, size));
  ListEnvironmentsResponse response;
  for (Environment& environment : page.items) *response.add_environments() = std::move(environment);
  response.set_next_page_token(MakePageToken("environments", "", page.next));
  return response;
}

}  // namespace

grpc::ServerUnaryReactor* EnvironmentHandlers::CreateEnvironment(grpc::CallbackServerContext* context,
                                                                 const provision::v1::CreateEnvironmentRequest* request,
                                                                 Environment* response) {
  return Unary(
      *parts_.gate, context, "/provision.v1.EnvironmentService/CreateEnvironment", *request,
      [&](std::string, auto* reactor) { parts_.engine->CreateEnvironment(*request, AnswerTo(reactor, response)); });
}

grpc::ServerUnaryReactor* EnvironmentHandlers::GetEnvironment(grpc::CallbackServerContext* context,
                                                              const provision::v1::GetEnvironmentRequest* request,
                                                              Environment* response) {
  return Unary(*parts_.gate, context, "/provision.v1.EnvironmentService/GetEnvironment", *request,
               [&](std::string, auto* reactor) {
                 ReadOn(*parts_.reads, reactor, response,
                        [store = parts_.store, request] { return ReadEnvironment(*store, request->name()); });
               });
}

grpc::ServerUnaryReactor* EnvironmentHandlers::ListEnvironments(grpc::CallbackServerContext* context,
                                                                const provision::v1::ListEnvironmentsRequest* request,
                                                                ListEnvironmentsResponse* response) {
  return Unary(*parts_.gate, context, "/provision.v1.EnvironmentService/ListEnvironments", *request,
               [&](std::string, auto* reactor) {
                 ReadOn(*parts_.reads, reactor, response,
                        [store = parts_.store, request] { return ReadEnvironments(*store, *request); });
               });
}

grpc::ServerUnaryReactor* EnvironmentHandlers::UpdateEnvironment(grpc::CallbackServerContext* context,
                                                                 const provision::v1::UpdateEnvironmentRequest* request,
                                                                 Environment* response) {
  return Unary(
      *parts_.gate, context, "/provision.v1.EnvironmentService/UpdateEnvironment", *request,
      [&](std::string, auto* reactor) { parts_.engine->UpdateEnvironment(*request, AnswerTo(reactor, response)); });
}

// The engine answers with what was deleted; the caller gets nothing.
grpc::ServerUnaryReactor* EnvironmentHandlers::DeleteEnvironment(grpc::CallbackServerContext* context,
                                                                 const provision::v1::DeleteEnvironmentRequest* request,
                                                                 google::protobuf::Empty*) {
  return Unary(*parts_.gate, context, "/provision.v1.EnvironmentService/DeleteEnvironment", *request,
               [&](std::string, auto* reactor) {
                 parts_.engine->DeleteEnvironment(
                     *request, [reactor](absl::StatusOr<Environment> gone) { reactor->Finish(ToGrpc(gone.status())); });
               });
}

}  // namespace pe
