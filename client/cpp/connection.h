// Connection: a channel to an engine, with one typed call for each RPC. Nothing is sent before the first call.
//
// Errors are absl::Status with google.rpc details as payloads (client/cpp/error.h). UNAVAILABLE means that the engine
// was not reached; UNAUTHENTICATED that it wants a token. A failed job is not an error. Thread rule: thread-safe. Calls
// block for at most `timeout`.
#ifndef CLIENT_CPP_CONNECTION_H_
#define CLIENT_CPP_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/endpoint.h"
#include "client/cpp/watcher.h"
#include "provision/v1/environment_service.pb.h"
#include "provision/v1/provision_service.pb.h"
#include "provision/v1/resource_service.pb.h"

namespace provision::client {

struct ConnectionOptions {
  std::string engine;      // "unix:/path" or "host:port"; empty means the default socket
  std::string token;       // bearer token; needed on every listener but the unix socket
  std::string ca_file;     // PEM of the authorities to trust; TLS is used for every host that is not this one
  bool force_tls = false;  // use TLS on a loopback address too
  absl::Duration timeout = absl::Seconds(30);  // of one call
};

class Connection {
 public:
  static absl::StatusOr<std::unique_ptr<Connection>> Open(ConnectionOptions options);
  ~Connection();

  const Endpoint& endpoint() const;

  absl::StatusOr<v1::Job> Provision(const v1::ProvisionRequest& request);
  absl::StatusOr<v1::Job> Status(const v1::StatusRequest& request);
  absl::StatusOr<v1::ListResponse> List(const v1::ListRequest& request);
  absl::StatusOr<v1::Job> Cancel(const v1::CancelRequest& request);
  absl::StatusOr<v1::Job> Pause(const v1::PauseRequest& request);
  absl::StatusOr<v1::Job> Resume(const v1::ResumeRequest& request);
  absl::StatusOr<v1::Job> Rollback(const v1::RollbackRequest& request);
  absl::StatusOr<v1::Job> Retry(const v1::RetryRequest& request);
  absl::StatusOr<v1::Job> Approve(const v1::ApproveRequest& request);
  // The connection outlives the watcher.
  std::unique_ptr<Watcher> Watch(WatchOptions options);

  absl::StatusOr<v1::Resource> CreateResource(const v1::CreateResourceRequest& request);
  absl::StatusOr<v1::Resource> GetResource(const v1::GetResourceRequest& request);
  absl::StatusOr<v1::ListResourcesResponse> ListResources(const v1::ListResourcesRequest& request);
  absl::StatusOr<v1::Resource> UpdateResource(const v1::UpdateResourceRequest& request);
  absl::Status DeleteResource(const v1::DeleteResourceRequest& request);
  absl::StatusOr<v1::Resource> DisableResource(const v1::DisableResourceRequest& request);
  absl::StatusOr<v1::Resource> EnableResource(const v1::EnableResourceRequest& request);
  absl::StatusOr<v1::Resource> TrustResource(const v1::TrustResourceRequest& request);
  absl::StatusOr<v1::Resource> WaiveHandlers(const v1::WaiveHandlersRequest& request);

  absl::StatusOr<v1::Environment> CreateEnvironment(const v1::CreateEnvironmentRequest& request);
  absl::StatusOr<v1::Environment> GetEnvironment(const v1::GetEnvironmentRequest& request);
  absl::StatusOr<v1::ListEnvironmentsResponse> ListEnvironments(const v1::ListEnvironmentsRequest& request);
  absl::StatusOr<v1::Environment> UpdateEnvironment(const v1::UpdateEnvironmentRequest& request);
  absl::Status DeleteEnvironment(const v1::DeleteEnvironmentRequest& request);

 private:
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace provision::client

#endif  // CLIENT_CPP_CONNECTION_H_
