#include "client/cpp/connection.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "base/status.h"
#include "client/cpp/grpc_status.h"
#include "client/cpp/grpc_watch_stream.h"
#include "provision/v1/environment_service.grpc.pb.h"
#include "provision/v1/provision_service.grpc.pb.h"
#include "provision/v1/resource_service.grpc.pb.h"

namespace provision::client {
namespace {

// A snapshot of a job with 10,000 targets is larger than gRPC's 4 MiB.
constexpr int kMaxMessageBytes = 64 << 20;

grpc::ChannelArguments Arguments(const Endpoint& endpoint) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);  // no TXT look-ups
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);     // an engine restarts in less than gRPC's 1 s
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  if (endpoint.local) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // A unix socket's path is no host name; servers check the authority.
  if (endpoint.is_unix) arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
  return arguments;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(const Endpoint& endpoint,
                                                                      const ConnectionOptions& options) {
  if (endpoint.is_unix || (endpoint.local && options.ca_file.empty() && !options.force_tls)) {
    return grpc::InsecureChannelCredentials();
  }
  grpc::SslCredentialsOptions ssl;
  if (!options.ca_file.empty()) {
    std::ifstream in(options.ca_file);
    std::stringstream text;
    text << in.rdbuf();
    if (!in) return absl::InvalidArgumentError(absl::StrCat("cannot read the CA file ", options.ca_file));
    ssl.pem_root_certs = text.str();
  }
  return grpc::SslCredentials(ssl);
}

}  // namespace

struct Connection::Impl {
  ConnectionOptions options;
  Endpoint endpoint;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::ProvisionService::Stub> jobs;
  std::unique_ptr<v1::ResourceService::Stub> resources;
  std::unique_ptr<v1::EnvironmentService::Stub> environments;

  void Authorize(grpc::ClientContext* context) const {
    if (!options.token.empty()) context->AddMetadata("authorization", absl::StrCat("Bearer ", options.token));
  }

  absl::Status Explain(const grpc::Status& status) const {
    const absl::Status out = FromGrpc(status);
    if (absl::IsUnavailable(out)) return pe::Annotate(out, absl::StrCat("engine at ", endpoint.shown));
    return out;
  }

  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(const std::unique_ptr<Stub>& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) const {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMicroseconds(options.timeout));
    Authorize(&context);
    Response response;
    const grpc::Status status = ((*stub).*method)(&context, request, &response);
    if (!status.ok()) return Explain(status);
    return response;
  }
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(ConnectionOptions options) {
  auto impl = std::make_unique<Impl>();
  PE_ASSIGN_OR_RETURN(impl->endpoint, ParseEndpoint(options.engine));
  PE_ASSIGN_OR_RETURN(const auto credentials, Credentials(impl->endpoint, options));
  impl->options = std::move(options);
  impl->channel = grpc::CreateCustomChannel(impl->endpoint.address, credentials, Arguments(impl->endpoint));
  impl->jobs = v1::ProvisionService::NewStub(impl->channel);
  impl->resources = v1::ResourceService::NewStub(impl->channel);
  impl->environments = v1::EnvironmentService::NewStub(impl->channel);
  return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

const Endpoint& Connection::endpoint() const { return impl_->endpoint; }

using Jobs = v1::ProvisionService::Stub;
using Resources = v1::ResourceService::Stub;
using Environments = v1::EnvironmentService::Stub;

absl::StatusOr<v1::Job> Connection::Provision(const v1::ProvisionRequest& request) {
  return impl_->Call(impl_->jobs, &Jobs::Provision, request);
}
absl::StatusOr<v1::Job> Connection::Status(const v1::StatusRequest& request) {
  return impl_->Call(impl_->jobs, &Jobs::Status, request);
}
absl::StatusOr<v1::ListResponse> Connection::List(const v1::ListRequest& request) {
  return impl_->Call(impl_->jobs, &Jobs::List, request);
}
absl::StatusOr<v1::Job> Connection::Pause(const v1::PauseRequest& request) {
  return impl_->Call(impl_->jobs, &Jobs::Pause, request);
}

absl::StatusOr<v1::Job> Connection::Resume(const v1::ResumeRequest& request) {
  return impl_->Call(impl_->jobs, &Jobs::Resume, request);
}

absl::StatusOr<v1::Job> Connection::Cancel(const v1::CancelRequest& request) {
  return impl_->Call(impl_->jobs, &Jobs::Cancel, request);
}
absl::StatusOr<v1::Job> Connection::Rollback(const v1::RollbackRequest& request) {
  return impl_->Call(impl_->jobs, &Jobs::Rollback, request);
}

absl::StatusOr<v1::Job> Connection::Retry(const v1::RetryRequest& request) {
  return impl_->Call(impl_->jobs, &Jobs::Retry, request);
}

absl::StatusOr<v1::Job> Connection::Approve(const v1::ApproveRequest& request) {
  return impl_->Call(impl_->jobs, &Jobs::Approve, request);
}

std::unique_ptr<Watcher> Connection::Watch(WatchOptions options) {
  const Impl* const impl = impl_.get();
  return std::make_unique<Watcher>(std::move(options), [impl](const v1::WatchRequest& request) {
    auto context = std::make_unique<grpc::ClientContext>();
    impl->Authorize(context.get());
    return OpenGrpcWatchStream(impl->jobs.get(), std::move(context), request);
  });
}

absl::StatusOr<v1::Resource> Connection::CreateResource(const v1::CreateResourceRequest& request) {
  return impl_->Call(impl_->resources, &Resources::CreateResource, request);
}
absl::StatusOr<v1::Resource> Connection::GetResource(const v1::GetResourceRequest& request) {
  return impl_->Call(impl_->resources, &Resources::GetResource, request);
}
absl::StatusOr<v1::ListResourcesResponse> Connection::ListResources(const v1::ListResourcesRequest& request) {
  return impl_->Call(impl_->resources, &Resources::ListResources, request);
}
absl::StatusOr<v1::Resource> Connection::UpdateResource(const v1::UpdateResourceRequest& request) {
  return impl_->Call(impl_->resources, &Resources::UpdateResource, request);
}
absl::Status Connection::DeleteResource(const v1::DeleteResourceRequest& request) {
  return impl_->Call(impl_->resources, &Resources::DeleteResource, request).status();
}
absl::StatusOr<v1::Resource> Connection::DisableResource(const v1::DisableResourceRequest& request) {
  return impl_->Call(impl_->resources, &Resources::DisableResource, request);
}
absl::StatusOr<v1::Resource> Connection::EnableResource(const v1::EnableResourceRequest& request) {
  return impl_->Call(impl_->resources, &Resources::EnableResource, request);
}
absl::StatusOr<v1::Resource> Connection::TrustResource(const v1::TrustResourceRequest& request) {
  return impl_->Call(impl_->resources, &Resources::TrustResource, request);
}
absl::StatusOr<v1::Resource> Connection::WaiveHandlers(const v1::WaiveHandlersRequest& request) {
  return impl_->Call(impl_->resources, &Resources::WaiveHandlers, request);
}

absl::StatusOr<v1::Environment> Connection::CreateEnvironment(const v1::CreateEnvironmentRequest& request) {
  return impl_->Call(impl_->environments, &Environments::CreateEnvironment, request);
}
absl::StatusOr<v1::Environment> Connection::GetEnvironment(const v1::GetEnvironmentRequest& request) {
  return impl_->Call(impl_->environments, &Environments::GetEnvironment, request);
}
absl::StatusOr<v1::ListEnvironmentsResponse> Connection::ListEnvironments(const v1::ListEnvironmentsRequest& request) {
  return impl_->Call(impl_->environments, &Environments::ListEnvironments, request);
}
absl::StatusOr<v1::Environment> Connection::UpdateEnvironment(const v1::UpdateEnvironmentRequest& request) {
  return impl_->Call(impl_->environments, &Environments::UpdateEnvironment, request);
}
absl::Status Connection::DeleteEnvironment(const v1::DeleteEnvironmentRequest& request) {
  return impl_->Call(impl_->environments, &Environments::DeleteEnvironment, request).status();
}

}  // namespace provision::client
