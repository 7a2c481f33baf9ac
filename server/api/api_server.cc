#include "server/api/api_server.h"

#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/api/environment_handlers.h"
#include "server/api/gate.h"
#include "server/api/health.h"
#include "server/api/listener.h"
#include "server/api/permissions.h"
#include "server/api/provision_handlers.h"
#include "server/api/reflection.h"
#include "server/api/resource_handlers.h"
#include "server/api/system_handlers.h"
#include "server/api/watch_hub.h"
#include "server/api/work_pool.h"

namespace pe {
namespace {

using Acceptor = std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor>;

constexpr int64_t kTickMicros = 250'000;  // how exact heartbeats and stalls are

const std::vector<std::string>& ServedNames() {
  static const auto& names = *new std::vector<std::string>{
      provision::v1::ProvisionService::service_full_name(), provision::v1::ResourceService::service_full_name(),
      provision::v1::EnvironmentService::service_full_name(), provision::v1::SystemService::service_full_name()};
  return names;
}

// What reflection lists: everything that is served.
std::vector<std::string> AllNames() {
  std::vector<std::string> names = ServedNames();
  names.push_back(grpc::health::v1::Health::service_full_name());
  names.push_back(grpc::reflection::v1::ServerReflection::service_full_name());
  names.push_back(grpc::reflection::v1alpha::ServerReflection::service_full_name());
  return names;
}

// The unix socket is 0600: its callers are this user or root, which is the same name when this user is root.
std::string OwnerName() { return geteuid() == 0 ? "uid 0" : "unix socket"; }

int DescriptorCeiling() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 512;
  const int all = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 20));
  return all - std::min(kReservedDescriptors, all / 4);
}

void SetLimits(grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);  // a dead peer is seen within 25 s
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  grpc::ResourceQuota quota("api");
  quota.Resize(kTransportMemoryBytes);
  builder->SetResourceQuota(quota);
}

Acceptor AddAcceptor(grpc::ServerBuilder* builder) {
  return builder->experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, grpc::InsecureServerCredentials());
}

void ServeOn(Listener* listener, int ceiling, grpc::experimental::ExternalConnectionAcceptor* acceptor) {
  if (listener == nullptr) return;
  listener->Serve(ceiling, [acceptor](int listener_fd, int fd) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
    parameters.listener_fd = listener_fd;
    parameters.fd = fd;
    acceptor->HandleNewConnection(&parameters);
  });
}

}  // namespace

// What lives while it serves, in order of dependency.
struct ApiServer::Running {
  Running(const ApiParts& parts, const ApiOptions& options)
      : gate(options.token, OwnerName()),
        reads(kReadThreads, kMaxQueuedReads),
        history(kHistoryThreads, 0),
        hub(parts.hub, parts.clock,
            {.pace_micros = kWatchPaceMicros,
             .tick_micros = std::min({kTickMicros, options.heartbeat_micros / 2, options.stall_micros / 2}),
             .max_watches = kMaxWatches}),
        health(&gate, ServedNames()),
        reflection(&gate, AllNames()),
        reflection_alpha(&gate, AllNames()),
        provision({&gate,
                   parts.engine,
                   parts.store,
                   &reads,
                   {parts.store, &hub, &history, parts.clock, {options.heartbeat_micros, options.stall_micros}}}),
        resource({&gate, parts.engine, parts.store, &reads}),
        environment({&gate, parts.engine, parts.store, &reads}),
        system({&gate, parts.engine, parts.hub, parts.metrics}) {}

  Gate gate;
  WorkPool reads;
  WorkPool history;  // of watches, so that a replay of long logs holds up no Status
  WatchHub hub;
  HealthHandlers health;
  ReflectionHandlers reflection;
  ReflectionAlphaHandlers reflection_alpha;
  ProvisionHandlers provision;
  ResourceHandlers resource;
  EnvironmentHandlers environment;
  SystemHandlers system;
  Acceptor unix_acceptor, tcp_acceptor;
  std::unique_ptr<grpc::Server> server;
};

absl::StatusOr<std::unique_ptr<ApiServer>> ApiServer::Open(const ApiOptions& options) {
  if (!options.tcp.empty() && options.token.empty()) return absl::InvalidArgumentError("a TCP listener needs a token");
  std::unique_ptr<ApiServer> api(new ApiServer(options));
  if (!options.unix_socket.empty()) {
    PE_ASSIGN_OR_RETURN(api->unix_, Listener::OpenUnix(options.unix_socket));
  }
  if (!options.tcp.empty()) {
    PE_ASSIGN_OR_RETURN(api->tcp_, Listener::OpenLoopback(options.tcp));
  }
  return api;
}

ApiServer::ApiServer(const ApiOptions& options) : options_(options) {}
ApiServer::~ApiServer() { Shutdown(0); }

absl::Status ApiServer::Serve(const ApiParts& parts) {
  running_ = std::make_unique<Running>(parts, options_);
  Running& r = *running_;
  grpc::ServerBuilder builder;
  SetLimits(&builder);
  for (grpc::Service* service : std::initializer_list<grpc::Service*>{
           &r.provision, &r.resource, &r.environment, &r.system, &r.health, &r.reflection, &r.reflection_alpha}) {
    builder.RegisterService(service);
  }
  r.unix_acceptor = AddAcceptor(&builder);
  r.tcp_acceptor = AddAcceptor(&builder);
  r.server = builder.BuildAndStart();
  if (r.server == nullptr) return absl::InternalError("gRPC does not start; its reason is in the log above");
  r.health.SetServing(true);
  const int ceiling = DescriptorCeiling();
  ServeOn(unix_.get(), ceiling, r.unix_acceptor.get());
  ServeOn(tcp_.get(), ceiling - std::min(kOwnerDescriptors, ceiling / 4), r.tcp_acceptor.get());
  return absl::OkStatus();
}

std::shared_ptr<grpc::Channel> ApiServer::InProcessChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);  // what the engine has made is not refused here
  return running_->server->InProcessChannel(arguments);
}

void ApiServer::StopAccepting() {
  if (running_ != nullptr) running_->health.SetServing(false);
  if (unix_ != nullptr) unix_->Stop();
  if (tcp_ != nullptr) tcp_->Stop();
}

void ApiServer::Shutdown(int64_t grace_micros) {
  if (running_ == nullptr) return;
  StopAccepting();
  if (running_->server != nullptr) {
    running_->hub.Drain();
    running_->health.Drain();
    running_->server->Shutdown(std::chrono::system_clock::now() + std::chrono::microseconds(grace_micros));
  }
  running_ = nullptr;
}

const std::string& ApiServer::unix_socket() const { return options_.unix_socket; }
const std::string& ApiServer::tcp_address() const { return tcp_ == nullptr ? options_.tcp : tcp_->address(); }

}  // namespace pe
