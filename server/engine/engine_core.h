// EngineCore: the one loop, without its thread. Everything that happens is a closure in its inbox; RunOnce takes them
// all, then hands what the job machines made to the store as one batch. Effects are done when that batch is durable.
//
//   1. take the inbox: calls, commits, frames, closes; due timers
//   2. each closure feeds a job machine, the scheduler or the inventory
//   3. machines that were touched: events + private rows -> one Batch -> Store::Submit (at most two in flight)
//   4. when a batch is durable: publish its events, do its effects, answer its callers
//
// A batch that is refused ends everything that was built on it: connections are closed (agents go on), machines are
// dropped, and the engine loads its unfinished jobs again when the store takes writes again.
//
// Thread rule: the public calls of Engine and Post are thread-safe; everything else is for the one thread that runs it.
#ifndef SERVER_ENGINE_ENGINE_CORE_H_
#define SERVER_ENGINE_ENGINE_CORE_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/engine/engine.h"
#include "server/engine/environments.h"
#include "server/engine/inbox.h"
#include "server/engine/inventory.h"
#include "server/engine/job_machine.h"
#include "server/engine/link.h"
#include "server/engine/new_job.h"
#include "server/engine/scheduler.h"
#include "server/engine/secret_box.h"

namespace pe {

class EngineCore final : public Engine, private LinkListener {
 public:
  EngineCore(const EngineParts& parts, EngineOptions options);
  ~EngineCore() override;

  // Takes the lease and loads. Before the first RunOnce.
  absl::Status Load();

  // ---- Engine
  void Provision(provision::v1::ProvisionRequest request, Caller caller, Answer<provision::v1::Job> answer) override;
  void Cancel(provision::v1::CancelRequest request, std::string caller, Answer<provision::v1::Job> answer) override;
  void Pause(provision::v1::PauseRequest request, std::string caller, Answer<provision::v1::Job> answer) override;
  void Resume(provision::v1::ResumeRequest request, std::string caller, Answer<provision::v1::Job> answer) override;
  void Rollback(provision::v1::RollbackRequest request, Caller caller, Answer<provision::v1::Job> answer) override;
  void Retry(provision::v1::RetryRequest request, Caller caller, Answer<provision::v1::Job> answer) override;
  void CreateResource(provision::v1::CreateResourceRequest request, Answer<provision::v1::Resource> answer) override;
  void UpdateResource(provision::v1::UpdateResourceRequest request, Answer<provision::v1::Resource> answer) override;
  void DeleteResource(provision::v1::DeleteResourceRequest request, Answer<provision::v1::Resource> answer) override;
  void DisableResource(provision::v1::DisableResourceRequest request, Answer<provision::v1::Resource> answer) override;
  void EnableResource(provision::v1::EnableResourceRequest request, Answer<provision::v1::Resource> answer) override;
  void TrustResource(provision::v1::TrustResourceRequest request, std::string caller,
                     Answer<provision::v1::Resource> answer) override;
  void WaiveHandlers(provision::v1::WaiveHandlersRequest request, std::string caller,
                     Answer<provision::v1::Resource> answer) override;
  void Approve(provision::v1::ApproveRequest request, std::string caller, Answer<provision::v1::Job> answer) override;
  void CreateEnvironment(provision::v1::CreateEnvironmentRequest request,
                         Answer<provision::v1::Environment> answer) override;
  void UpdateEnvironment(provision::v1::UpdateEnvironmentRequest request,
                         Answer<provision::v1::Environment> answer) override;
  void DeleteEnvironment(provision::v1::DeleteEnvironmentRequest request,
                         Answer<provision::v1::Environment> answer) override;
  void Count(Answer<EngineCounts> answer) override;
  // Marks the engine as draining and closes what is open; the owner of the loop then runs it until Drained().
  void Drain() override;

  // ---- The loop
  void Post(std::function<void()> closure) { inbox_->Post(std::move(closure)); }
  // Handles what there is; false when there was nothing.
  bool RunOnce();
  // Something has arrived that RunOnce would take.
  bool HasWork() const { return !inbox_->empty(); }
  // Blocks until something arrives, a timer is due, or `at_most` microseconds have passed.
  void WaitForWork(std::optional<int64_t> at_most);
  std::optional<MonoMicros> NextTimer() const;
  bool Drained() const { return draining_ && batches_in_flight_ == 0 && links_.empty(); }
  // For tests, on the loop's thread.
  const Lease& lease() const { return lease_; }
  size_t unfinished() const { return jobs_.size(); }
  size_t connections() const { return links_.size(); }

 private:
  using JobAnswer = Answer<provision::v1::Job>;

  struct Entry {
    std::unique_ptr<JobMachine> machine;
    SecretValues secrets;
    std::vector<std::string> keys;              // identities it has tickets for
    std::map<std::string, std::string> key_of;  // resource -> identity at admission
    std::vector<JobAnswer> answers;             // released with the next commit of the job
    std::map<int, uint64_t> links;              // target -> link id
    std::optional<MonoMicros> timer;
    bool admitted = false;  // its creation is durable
    bool begun = false;
  };

  // What is done when a batch is durable.
  struct Pending {
    struct Part {
      JobId job;
      std::shared_ptr<EventBatch> events;
      std::vector<Effect> effects;
      std::vector<JobAnswer> answers;
      provision::v1::Job answer;
      bool terminal = false;
    };
    MonoMicros submitted = 0;
    std::vector<Part> parts;
    std::vector<std::function<void(const absl::Status&)>> done;  // of resource calls
  };

  Now now() const { return {clock_->Wall(), clock_->Mono()}; }

  // engine_core.cc: the loop, commits, loading
  void Flush();
  void OnCommit(std::shared_ptr<Pending> pending, const absl::Status& status);
  void Mark(const JobId& job) { touched_.insert(job); }
  void SetTimer(const JobId& job, Entry& entry);
  void RunTimers();
  void Fail(const absl::Status& status);
  absl::Status LoadJobs();
  absl::Status Ready() const;

  // engine_jobs.cc: accepting, admitting and ending jobs
  template <typename Request>
  std::string DigestOf(const Request& request) const;
  // A job that goes back to another one.
  template <typename Request, typename Make>
  void Follow(Request request, Caller caller, JobAnswer answer, Make make);
  // An input of the machine of job `name`, answered when what it made is durable; of a job that has ended: as it ended.
  void Steer(const std::string& name, JobAnswer answer, std::function<void(JobMachine&)> input);
  void AnswerRepeated(const std::string& request_id, const std::string& digest, const absl::Status& why,
                      const JobAnswer& answer);
  void Accept(NewJob made, const std::string& request_id, std::string digest, JobAnswer answer);
  void OnAccepted(const JobId& job, const JobAnswer& answer, const absl::Status& status, const Applied& applied);
  void Admit(const JobId& id, Entry& entry);
  void BeginWaiting();
  void Finish(const JobId& id);
  void Notify(const std::vector<Scheduler::Notice>& notices);
  Entry* FindEntry(const JobId& job);

  // engine_resources.cc
  void ChangeResource(provision::v1::Resource resource, bool fresh, Answer<provision::v1::Resource> answer);
  void ApplyResourceEffect(const ResourceEffect& effect);

  // A job awaits, holds or will await it.
  bool InUse(const provision::v1::Resource& resource) const;

  // engine_environments.cc
  void ChangeEnvironment(provision::v1::Environment environment, Answer<provision::v1::Environment> answer);
  void AdmitApproved();

  // engine_links.cc: connections and what goes over them
  void Do(const JobId& job, Entry& entry, const Effect& effect);
  void Open(const JobId& job, Entry& entry, const ConnectEffect& effect);
  void OpenWaiting();
  void CloseLink(uint64_t id);
  Link* LinkOf(const Entry& entry, Peer peer) const;
  void Send(const Entry& entry, Peer peer, const provision::agent::v1::Frame& frame);
  void SendSecrets(Entry& entry, Peer peer, const provision::agent::v1::Plan& plan);
  void OnLinkOpen(uint64_t link, const provision::agent::v1::Hello& hello, const std::string& host_key) override;
  void OnLinkFrame(uint64_t link, const provision::agent::v1::Frame& frame) override;
  void OnLinkClosed(uint64_t link, const CloseReason& reason) override;
  void CheckLinks();
  // The entry whose current link `id` is, and the link; null when either is gone or a newer link has taken its place.
  Entry* EntryOf(uint64_t id, Link** link);

  // engine_owed.cc: what earlier jobs owe to a host
  void Opened(Entry& entry, Link& link, const provision::agent::v1::Hello& hello);
  std::vector<OwedHandler> OwedOn(const std::string& resource) const;
  void Record(const std::vector<Obligation>& obligations);
  bool BeginSettling(Entry& entry, Link& link, const provision::agent::v1::Hello& hello);
  void OnSettling(const Link& link, StaleRun& stale, const provision::agent::v1::Report& report);
  void Settled(uint64_t link, const std::string& run);

  // engine_delivery.cc: bringing a run to its host
  using BlobResult = absl::StatusOr<std::shared_ptr<const Blob>>;
  void TidyHost(Entry& entry, Peer peer);
  void ConfirmGuard(const Entry& entry, Peer peer, const provision::agent::v1::OpenGuard& guard);
  void SendRun(const JobId& job, Entry& entry, const RunEffect& effect);
  void FetchBlobs(const JobId& job, Entry& entry, Link& link);
  void OnFetched(uint64_t link, const std::string& digest, const BlobResult& blob);
  void Deliver(Entry& entry, Link& link);
  bool Withdraw(const Entry& entry, const CancelRunEffect& effect);

  Store* const store_;
  const Clock* const clock_;
  Random* const random_;
  EventHub* const hub_;
  const std::map<std::string, Transport*> transports_;
  BlobFetcher* const blobs_;        // null: none
  EngineObserver* const observer_;  // null: none
  const EngineOptions options_;
  const SecretBox box_;

  Lease lease_;
  Inventory inventory_;
  Environments environments_;
  Scheduler scheduler_;
  std::map<JobId, Entry> jobs_;
  std::map<int64_t, JobId> waiting_to_begin_;  // by admission
  std::set<int64_t> accepting_;                // admissions of new jobs on their way to the store
  std::map<int64_t, JobId> approved_;  // jobs that come into queues when no admission before theirs is on its way
  int running_jobs_ = 0;
  int64_t last_admission_ = 0;

  std::set<JobId> touched_;
  std::map<std::string, provision::v1::Resource> changed_resources_;  // to be stored with the next batch
  std::vector<std::function<void(const absl::Status&)>> resource_done_;
  std::vector<std::string> deleted_resources_;
  std::map<std::string, std::optional<provision::v1::Environment>> changed_environments_;  // by name; nullopt: deleted
  std::set<std::pair<MonoMicros, JobId>> timers_;
  MonoMicros next_link_check_ = 0;
  int batches_in_flight_ = 0;
  uint64_t generation_ = 0;  // rises when everything is dropped after a refused batch
  bool failed_ = false;
  absl::Status failure_;  // with failed_: why
  bool lease_lost_ = false;
  MonoMicros reload_at_ = 0;
  bool draining_ = false;

  std::map<uint64_t, std::shared_ptr<Link>> links_;
  std::deque<std::pair<JobId, ConnectEffect>> waiting_to_connect_;
  uint64_t last_link_ = 0;

  const std::shared_ptr<Inbox> inbox_;
};

}  // namespace pe

#endif  // SERVER_ENGINE_ENGINE_CORE_H_
