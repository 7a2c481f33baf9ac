#include "server/api/resource_handlers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/api/api_errors.h"
#include "server/api/limits.h"
#include "server/api/list_filter.h"
#include "server/api/page_token.h"
#include "server/api/unary.h"

namespace pe {
namespace {

using provision::v1::ListResourcesResponse;
using provision::v1::Resource;

absl::StatusOr<Resource> ReadResource(Store& store, const std::string& name) {
  absl::StatusOr<Resource> resource = store.GetResource(ResourceId(std::string(absl::StripPrefix(name, "resources/"))));
  if (absl::IsNotFound(resource.status())) return NoSuch("provision.dev/Resource", name);
  return resource;
}

absl::StatusOr<ListResourcesResponse> ReadResources(Store& store, const provision::v1::ListResourcesRequest& request) {
  const auto labels = ParseLabelSelector(request.label_selector());
  if (!labels.ok()) return InvalidField("label_selector", labels.status());
  const auto after = ReadPageToken("resources", request.label_selector(), request.page_token());
  if (!after.ok()) return InvalidField("page_token", after.status());
  const int size = request.page_size() == 0 ? kDefaultPageSize : std::min(request.page_size(), kMaxPageSize);
  PE_ASSIGN_OR_RETURN(Page<Resource> page, store.ListResources(*labels, *after, size));
  ListResourcesResponse response;
  for (Resource& resource : page.items) *response.add_resources() = std::move(resource);
  response.set_next_page_token(MakePageToken("resources", request.label_selector(), page.next));
  return response;
}

}  // namespace

grpc::ServerUnaryReactor* ResourceHandlers::CreateResource(grpc::CallbackServerContext* context,
                                                           const provision::v1::CreateResourceRequest* request,
                                                           Resource* response) {
  return Unary(
      *parts_.gate, context, "/provision.v1.ResourceService/CreateResource", *request,
      [&](std::string, auto* reactor) { parts_.engine->CreateResource(*request, AnswerTo(reactor, response)); });
}

grpc::ServerUnaryReactor* ResourceHandlers::GetResource(grpc::CallbackServerContext* context,
                                                        const provision::v1::GetResourceRequest* request,
                                                        Resource* response) {
  return Unary(*parts_.gate, context, "/provision.v1.ResourceService/GetResource", *request,
               [&](std::string, auto* reactor) {
                 ReadOn(*parts_.reads, reactor, response,
                        [store = parts_.store, request] { return ReadResource(*store, request->name()); });
               });
}

grpc::ServerUnaryReactor* ResourceHandlers::ListResources(grpc::CallbackServerContext* context,
                                                          const provision::v1::ListResourcesRequest* request,
                                                          ListResourcesResponse* response) {
  return Unary(*parts_.gate, context, "/provision.v1.ResourceService/ListResources", *request,
               [&](std::string, auto* reactor) {
                 ReadOn(*parts_.reads, reactor, response,
                        [store = parts_.store, request] { return ReadResources(*store, *request); });
               });
}

grpc::ServerUnaryReactor* ResourceHandlers::UpdateResource(grpc::CallbackServerContext* context,
                                                           const provision::v1::UpdateResourceRequest* request,
                                                           Resource* response) {
  return Unary(
      *parts_.gate, context, "/provision.v1.ResourceService/UpdateResource", *request,
      [&](std::string, auto* reactor) { parts_.engine->UpdateResource(*request, AnswerTo(reactor, response)); });
}

// The engine answers with what was deleted; the caller gets nothing.
grpc::ServerUnaryReactor* ResourceHandlers::DeleteResource(grpc::CallbackServerContext* context,
                                                           const provision::v1::DeleteResourceRequest* request,
                                                           google::protobuf::Empty*) {
  return Unary(*parts_.gate, context, "/provision.v1.ResourceService/DeleteResource", *request,
               [&](std::string, auto* reactor) {
                 parts_.engine->DeleteResource(
                     *request, [reactor](absl::StatusOr<Resource> gone) { reactor->Finish(ToGrpc(gone.status())); });
               });
}

grpc::ServerUnaryReactor* ResourceHandlers::DisableResource(grpc::CallbackServerContext* context,
                                                            const provision::v1::DisableResourceRequest* request,
                                                            Resource* response) {
  return Unary(
      *parts_.gate, context, "/provision.v1.ResourceService/DisableResource", *request,
      [&](std::string, auto* reactor) { parts_.engine->DisableResource(*request, AnswerTo(reactor, response)); });
}

grpc::ServerUnaryReactor* ResourceHandlers::EnableResource(grpc::CallbackServerContext* context,
                                                           const provision::v1::EnableResourceRequest* request,
                                                           Resource* response) {
  return Unary(
      *parts_.gate, context, "/provision.v1.ResourceService/EnableResource", *request,
      [&](std::string, auto* reactor) { parts_.engine->EnableResource(*request, AnswerTo(reactor, response)); });
}

grpc::ServerUnaryReactor* ResourceHandlers::TrustResource(grpc::CallbackServerContext* context,
                                                          const provision::v1::TrustResourceRequest* request,
                                                          Resource* response) {
  return Unary(*parts_.gate, context, "/provision.v1.ResourceService/TrustResource", *request,
               [&](std::string caller, auto* reactor) {
                 parts_.engine->TrustResource(*request, std::move(caller), AnswerTo(reactor, response));
               });
}

grpc::ServerUnaryReactor* ResourceHandlers::WaiveHandlers(grpc::CallbackServerContext* context,
                                                          const provision::v1::WaiveHandlersRequest* request,
                                                          Resource* response) {
  return Unary(*parts_.gate, context, "/provision.v1.ResourceService/WaiveHandlers", *request,
               [&](std::string caller, auto* reactor) {
                 parts_.engine->WaiveHandlers(*request, std::move(caller), AnswerTo(reactor, response));
               });
}

}  // namespace pe
