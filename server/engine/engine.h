// Engine: runs jobs. One loop thread owns every unfinished job; calls, commits, transports and timers are its inputs.
//
//   call / commit / frame / timer -> loop -> job machine (pure) -> events -> store -> commit -> effects, hub, answers
//
// Thread rule: thread-safe. Answers come on the engine's thread and must be short.
#ifndef SERVER_ENGINE_ENGINE_H_
#define SERVER_ENGINE_ENGINE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "provision/v1/environment.pb.h"
#include "provision/v1/environment_service.pb.h"
#include "provision/v1/job.pb.h"
#include "provision/v1/provision_service.pb.h"
#include "provision/v1/resource.pb.h"
#include "provision/v1/resource_service.pb.h"
#include "server/engine/blob_fetcher.h"
#include "server/engine/event_hub.h"
#include "server/engine/observer.h"
#include "server/engine/retention.h"
#include "server/transport/transport.h"
#include "storage/store.h"

namespace pe {

// What the engine has in hand at one moment.
struct EngineCounts {
  std::map<provision::v1::Job::State, int64_t> jobs;  // those that have not ended
  int64_t connections = 0;                            // to hosts, also those being opened
  int64_t waiting_to_connect = 0;                     // targets, for a free place among the connections
  bool store_ok = true;                               // false: the store refuses writes, and jobs are let go meanwhile
};

// Writes them for who operates the engine. `watches`: streams of Watch that are open.
using MetricsText = std::function<std::string(const EngineCounts& counts, int64_t watches)>;

// Everything the engine works with; it all outlives the engine, and is required where nothing else is said.
struct EngineParts {
  Store* store = nullptr;
  const Clock* clock = nullptr;
  Random* random = nullptr;
  EventHub* hub = nullptr;
  std::map<std::string, Transport*> transports;  // by name: "ssh", "local" ...
  BlobFetcher* blobs = nullptr;                  // optional: without it, targets with a download fail
  EngineObserver* observer = nullptr;            // optional
};

struct EngineOptions {
  std::map<std::string, Credential> credentials;  // by name; "default" must be among them
  std::string secret_key;                         // 32 bytes that seal secret variables
  std::string environment = "environments/dev";   // of jobs and resources that name none
  int max_running_jobs = 1000;
  int max_connected_targets = 500;  // over all jobs
  int64_t max_unfinished_jobs = 100'000;
  RetentionLimits retention;                         // none: events are kept for ever
  Retention::Report on_retention;                    // optional
  std::map<std::string, std::string> agent_digests;  // architecture -> SHA-256 of the agent binary, for information
};

// Who calls: `identity` for records, for example "uid 0" or "token"; the call's W3C `traceparent`, if it has one.
struct Caller {
  Caller(std::string who, std::string trace = "") : identity(std::move(who)), traceparent(std::move(trace)) {}
  Caller(const char* who) : identity(who) {}
  std::string identity;
  std::string traceparent;
};

template <typename T>
using Answer = std::function<void(absl::StatusOr<T>)>;

class Engine {
 public:
  virtual ~Engine() = default;
  // `caller` alone: the identity. Requests are checked by the caller of these
  // (server/engine/validate.h); what needs the store is checked here. Errors carry google.rpc details.
  virtual void Provision(provision::v1::ProvisionRequest request, Caller caller, Answer<provision::v1::Job> answer) = 0;
  virtual void Cancel(provision::v1::CancelRequest request, std::string caller, Answer<provision::v1::Job> answer) = 0;
  virtual void Pause(provision::v1::PauseRequest request, std::string caller, Answer<provision::v1::Job> answer) = 0;
  virtual void Resume(provision::v1::ResumeRequest request, std::string caller, Answer<provision::v1::Job> answer) = 0;
  virtual void Rollback(provision::v1::RollbackRequest request, Caller caller, Answer<provision::v1::Job> answer) = 0;
  virtual void Retry(provision::v1::RetryRequest request, Caller caller, Answer<provision::v1::Job> answer) = 0;
  virtual void Approve(provision::v1::ApproveRequest request, std::string caller,
                       Answer<provision::v1::Job> answer) = 0;

  virtual void CreateResource(provision::v1::CreateResourceRequest request, Answer<provision::v1::Resource> answer) = 0;
  virtual void UpdateResource(provision::v1::UpdateResourceRequest request, Answer<provision::v1::Resource> answer) = 0;
  virtual void DeleteResource(provision::v1::DeleteResourceRequest request, Answer<provision::v1::Resource> answer) = 0;
  virtual void DisableResource(provision::v1::DisableResourceRequest request,
                               Answer<provision::v1::Resource> answer) = 0;
  virtual void EnableResource(provision::v1::EnableResourceRequest request, Answer<provision::v1::Resource> answer) = 0;
  virtual void TrustResource(provision::v1::TrustResourceRequest request, std::string caller,
                             Answer<provision::v1::Resource> answer) = 0;
  virtual void WaiveHandlers(provision::v1::WaiveHandlersRequest request, std::string caller,
                             Answer<provision::v1::Resource> answer) = 0;

  virtual void CreateEnvironment(provision::v1::CreateEnvironmentRequest request,
                                 Answer<provision::v1::Environment> answer) = 0;
  virtual void UpdateEnvironment(provision::v1::UpdateEnvironmentRequest request,
                                 Answer<provision::v1::Environment> answer) = 0;
  // Answers with what was deleted.
  virtual void DeleteEnvironment(provision::v1::DeleteEnvironmentRequest request,
                                 Answer<provision::v1::Environment> answer) = 0;

  virtual void Count(Answer<EngineCounts> answer) = 0;

  // Takes no more calls (UNAVAILABLE), closes connections (agents go on), waits for what was submitted, ends the loop.
  virtual void Drain() = 0;
};

// Takes the store's lease, loads unfinished jobs and goes on with them.
absl::StatusOr<std::unique_ptr<Engine>> StartEngine(const EngineParts& parts, EngineOptions options);

}  // namespace pe

#endif  // SERVER_ENGINE_ENGINE_H_
