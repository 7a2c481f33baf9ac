// FakeEngine: a gRPC server on a unix socket that accepts one job and plays a script of its events.
// Thread rule: the script is set before `pe` starts; what was asked is read after it ended, or with the lock inside.
#ifndef TESTS_INTEGRATION_CLI_FAKE_ENGINE_H_
#define TESTS_INTEGRATION_CLI_FAKE_ENGINE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "provision/v1/provision_service.grpc.pb.h"

namespace pe::cli {

class FakeEngine final : public provision::v1::ProvisionService::Service {
 public:
  FakeEngine();
  ~FakeEngine() override;

  // As --engine wants it.
  std::string address() const { return "unix:" + socket_; }

  // The script: the job, its events from 2 on (the first one is the job itself), and where its streams are cut.
  provision::v1::Job job;
  provision::v1::Event* AddEvent(int target, int step);
  void AddStep(provision::v1::StepStatus::State state);  // of target 0, step 0, with attempt 1
  void AddEnd(provision::v1::Job::State state);          // of target 0 and the job
  std::vector<int64_t> cuts;                             // a stream that comes to this sequence is cut after it, once
  bool holds = false;                                    // after the last event the stream stays open
  int64_t skips = 0;                                     // this sequence is left out: a broken promise
  int64_t oldest = 1;                                    // earlier ones are no longer kept
  std::string token;                                     // wanted when not empty
  grpc::Status refuse = grpc::Status::OK;                // answer of Provision

  std::vector<provision::v1::ProvisionRequest> provisioned();
  std::vector<provision::v1::WatchRequest> watched();

 private:
  grpc::Status Provision(grpc::ServerContext*, const provision::v1::ProvisionRequest*, provision::v1::Job*) override;
  grpc::Status Status(grpc::ServerContext*, const provision::v1::StatusRequest*, provision::v1::Job*) override;
  grpc::Status List(grpc::ServerContext*, const provision::v1::ListRequest*, provision::v1::ListResponse*) override;
  grpc::Status Cancel(grpc::ServerContext*, const provision::v1::CancelRequest*, provision::v1::Job*) override;
  grpc::Status Watch(grpc::ServerContext*, const provision::v1::WatchRequest*,
                     grpc::ServerWriter<provision::v1::WatchResponse>*) override;

  std::string folder_, socket_;
  std::vector<provision::v1::Event> events_;
  Mutex mu_;
  std::vector<provision::v1::ProvisionRequest> provisioned_ ABSL_GUARDED_BY(mu_);
  std::vector<provision::v1::WatchRequest> watched_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace pe::cli

#endif  // TESTS_INTEGRATION_CLI_FAKE_ENGINE_H_
