// FakeEngine: accepts jobs and resources into a store and does nothing with them; the test appends their events.
// Thread rule: thread-safe.
#ifndef TESTS_INTEGRATION_API_FAKE_ENGINE_H_
#define TESTS_INTEGRATION_API_FAKE_ENGINE_H_

#include <string>

#include "base/mutex.h"
#include "server/engine/engine.h"
#include "server/engine/event_hub.h"
#include "storage/store.h"

namespace pe {

class FakeEngine final : public Engine {
 public:
  FakeEngine(Store* store, EventHub* hub);

  void Provision(provision::v1::ProvisionRequest request, Caller caller, Answer<provision::v1::Job> answer) override;
  void Cancel(provision::v1::CancelRequest request, std::string caller, Answer<provision::v1::Job> answer) override;
  void Pause(provision::v1::PauseRequest request, std::string caller, Answer<provision::v1::Job> answer) override;
  void Resume(provision::v1::ResumeRequest request, std::string caller, Answer<provision::v1::Job> answer) override;
  void Rollback(provision::v1::RollbackRequest request, Caller caller, Answer<provision::v1::Job> answer) override;
  void Retry(provision::v1::RetryRequest request, Caller caller, Answer<provision::v1::Job> answer) override;
  void Approve(provision::v1::ApproveRequest request, std::string caller, Answer<provision::v1::Job> answer) override;
  void CreateEnvironment(provision::v1::CreateEnvironmentRequest request,
                         Answer<provision::v1::Environment> answer) override;
  void UpdateEnvironment(provision::v1::UpdateEnvironmentRequest request,
                         Answer<provision::v1::Environment> answer) override;
  void DeleteEnvironment(provision::v1::DeleteEnvironmentRequest request,
                         Answer<provision::v1::Environment> answer) override;
  void CreateResource(provision::v1::CreateResourceRequest request, Answer<provision::v1::Resource> answer) override;
  void UpdateResource(provision::v1::UpdateResourceRequest request, Answer<provision::v1::Resource> answer) override;
  void DeleteResource(provision::v1::DeleteResourceRequest request, Answer<provision::v1::Resource> answer) override;
  void DisableResource(provision::v1::DisableResourceRequest request, Answer<provision::v1::Resource> answer) override;
  void EnableResource(provision::v1::EnableResourceRequest request, Answer<provision::v1::Resource> answer) override;
  void TrustResource(provision::v1::TrustResourceRequest request, std::string caller,
                     Answer<provision::v1::Resource> answer) override;
  void WaiveHandlers(provision::v1::WaiveHandlersRequest request, std::string caller,
                     Answer<provision::v1::Resource> answer) override;
  void Count(Answer<EngineCounts> answer) override { answer(EngineCounts{}); }
  void Drain() override {}

  // Makes a job with its first event; returns its name.
  std::string MakeJob(const std::string& id);
  // Appends `events` events (every third one output of `bytes` bytes of target i % 3), commits them and tells the hub.
  void Append(const std::string& name, int events, size_t bytes = 16);
  // The last event: SUCCEEDED.
  void End(const std::string& name);
  // The next notice of a commit is not given: the hub's word alone must not be relied on.
  void LoseNextNotice();

  std::string last_caller() const;
  const Lease& lease() const { return lease_; }

 private:
  void Commit(const std::string& name, std::vector<provision::v1::Event> events, bool terminal)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Change(const std::string& name, provision::v1::Resource::State state, Answer<provision::v1::Resource> answer);

  Store* const store_;
  EventHub* const hub_;
  Lease lease_;
  mutable Mutex mu_;  // held over commits, so that notices come in order
  std::string last_caller_ ABSL_GUARDED_BY(mu_);
  bool lose_notice_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace pe

#endif  // TESTS_INTEGRATION_API_FAKE_ENGINE_H_
