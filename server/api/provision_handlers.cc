#include "server/api/provision_handlers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/api/api_errors.h"
#include "server/api/limits.h"
#include "server/api/list_filter.h"
#include "server/api/page_token.h"
#include "server/api/trace.h"
#include "server/api/unary.h"

namespace pe {
namespace {

using provision::v1::Job;
using provision::v1::ListResponse;

absl::StatusOr<Job> ReadJob(Store& store, const provision::v1::StatusRequest& request) {
  const JobId id(std::string(absl::StripPrefix(request.name(), "jobs/")));
  const bool full = request.view() == provision::v1::FULL;
  absl::StatusOr<Job> job = store.GetJob(id, full ? JobDetail::kFull : JobDetail::kTargets);
  if (absl::IsNotFound(job.status())) return NoSuch("provision.dev/Job", request.name());
  return job;
}

absl::StatusOr<ListResponse> ReadJobs(Store& store, const provision::v1::ListRequest& request) {
  const auto filter = ParseJobFilter(request.filter());
  if (!filter.ok()) return InvalidField("filter", filter.status());
  const auto after = ReadPageToken("jobs", request.filter(), request.page_token());
  if (!after.ok()) return InvalidField("page_token", after.status());
  const int size = request.page_size() == 0 ? kDefaultPageSize : std::min(request.page_size(), kMaxPageSize);
  PE_ASSIGN_OR_RETURN(Page<Job> page, store.ListJobs(*filter, *after, size));
  ListResponse response;
  response.mutable_jobs()->Reserve(static_cast<int>(page.items.size()));
  for (Job& job : page.items) *response.add_jobs() = std::move(job);
  response.set_next_page_token(MakePageToken("jobs", request.filter(), page.next));
  return response;
}

}  // namespace

grpc::ServerUnaryReactor* ProvisionHandlers::Provision(grpc::CallbackServerContext* context,
                                                       const provision::v1::ProvisionRequest* request, Job* response) {
  return Unary(
      *parts_.gate, context, "/provision.v1.ProvisionService/Provision", *request,
      [&](std::string caller, auto* reactor) {
        parts_.engine->Provision(*request, {std::move(caller), TraceParent(*context)}, AnswerTo(reactor, response));
      });
}

grpc::ServerUnaryReactor* ProvisionHandlers::Status(grpc::CallbackServerContext* context,
                                                    const provision::v1::StatusRequest* request, Job* response) {
  return Unary(
      *parts_.gate, context, "/provision.v1.ProvisionService/Status", *request, [&](std::string, auto* reactor) {
        ReadOn(*parts_.reads, reactor, response, [store = parts_.store, request] { return ReadJob(*store, *request); });
      });
}

grpc::ServerUnaryReactor* ProvisionHandlers::List(grpc::CallbackServerContext* context,
                                                  const provision::v1::ListRequest* request, ListResponse* response) {
  return Unary(*parts_.gate, context, "/provision.v1.ProvisionService/List", *request, [&](std::string, auto* reactor) {
    ReadOn(*parts_.reads, reactor, response, [store = parts_.store, request] { return ReadJobs(*store, *request); });
  });
}

grpc::ServerUnaryReactor* ProvisionHandlers::Cancel(grpc::CallbackServerContext* context,
                                                    const provision::v1::CancelRequest* request, Job* response) {
  return Unary(*parts_.gate, context, "/provision.v1.ProvisionService/Cancel", *request,
               [&](std::string caller, auto* reactor) {
                 parts_.engine->Cancel(*request, std::move(caller), AnswerTo(reactor, response));
               });
}

grpc::ServerUnaryReactor* ProvisionHandlers::Retry(grpc::CallbackServerContext* context,
                                                   const provision::v1::RetryRequest* request, Job* response) {
  return Unary(
      *parts_.gate, context, "/provision.v1.ProvisionService/Retry", *request, [&](std::string caller, auto* reactor) {
        parts_.engine->Retry(*request, {std::move(caller), TraceParent(*context)}, AnswerTo(reactor, response));
      });
}

grpc::ServerUnaryReactor* ProvisionHandlers::Rollback(grpc::CallbackServerContext* context,
                                                      const provision::v1::RollbackRequest* request, Job* response) {
  return Unary(
      *parts_.gate, context, "/provision.v1.ProvisionService/Rollback", *request,
      [&](std::string caller, auto* reactor) {
        parts_.engine->Rollback(*request, {std::move(caller), TraceParent(*context)}, AnswerTo(reactor, response));
      });
}

grpc::ServerUnaryReactor* ProvisionHandlers::Pause(grpc::CallbackServerContext* context,
                                                   const provision::v1::PauseRequest* request, Job* response) {
  return Unary(*parts_.gate, context, "/provision.v1.ProvisionService/Pause", *request,
               [&](std::string caller, auto* reactor) {
                 parts_.engine->Pause(*request, std::move(caller), AnswerTo(reactor, response));
               });
}

grpc::ServerUnaryReactor* ProvisionHandlers::Resume(grpc::CallbackServerContext* context,
                                                    const provision::v1::ResumeRequest* request, Job* response) {
  return Unary(*parts_.gate, context, "/provision.v1.ProvisionService/Resume", *request,
               [&](std::string caller, auto* reactor) {
                 parts_.engine->Resume(*request, std::move(caller), AnswerTo(reactor, response));
               });
}

grpc::ServerUnaryReactor* ProvisionHandlers::Approve(grpc::CallbackServerContext* context,
                                                     const provision::v1::ApproveRequest* request, Job* response) {
  return Unary(*parts_.gate, context, "/provision.v1.ProvisionService/Approve", *request,
               [&](std::string caller, auto* reactor) {
                 parts_.engine->Approve(*request, std::move(caller), AnswerTo(reactor, response));
               });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* ProvisionHandlers::Watch(grpc::CallbackServerContext* context,
                                                                     const grpc::ByteBuffer* bytes) {
  const auto caller = parts_.gate->Admit(*context, "/provision.v1.ProvisionService/Watch");
  if (!caller.ok()) return RefuseWatch(caller.status());
  provision::v1::WatchRequest request;
  grpc::ByteBuffer copy(*bytes);  // shares the bytes; parsing empties it
  if (!grpc::SerializationTraits<provision::v1::WatchRequest>::Deserialize(&copy, &request).ok()) {
    return RefuseWatch(UnreadableRequest("provision.v1.WatchRequest"));
  }
  if (const auto violations = Validate(request); !violations.empty()) return RefuseWatch(InvalidRequest(violations));
  return StartWatch(parts_.watch, request);
}

}  // namespace pe
