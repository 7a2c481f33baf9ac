// Agent: the runs of this host and whose they are; what sessions ask and tell. Knows no sockets.
// Thread rule: called from the loop's thread alone.
#ifndef SERVER_AGENT_AGENT_H_
#define SERVER_AGENT_AGENT_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "provision/agent/v1/agent.pb.h"
#include "server/agent/blob_store.h"
#include "server/agent/run.h"

namespace pe::agent {

inline constexpr size_t kMostRuns = 64;  // not forgotten yet; an engine has few at a time on one host

class Agent {
 public:
  struct Options {
    std::string digest;   // of this binary
    std::string version;  // of the product
    std::function<provision::v1::Facts()> gather_facts;
    RunHost host;
    BlobStore& blobs;  // the one that the executor's steps read
    UndoLimits undo_limits = {};
  };
  explicit Agent(Options options) : options_(std::move(options)) {}

  // Reads what an earlier life has left. A journal that makes no sense is reported in `warnings` and left alone.
  absl::Status Load(std::vector<std::string>* warnings);

  provision::agent::v1::Hello MakeHello() const;
  provision::v1::Facts GatherFacts() const { return options_.gather_facts(); }
  BlobStore& blobs() { return options_.blobs; }

  // Each returns OK, or what Refused says: the payload-free message and, as ReasonOf(status), its code.
  // Durable: the owner is on disk before anything is done in its name.
  absl::Status Welcome(const provision::agent::v1::Welcome& welcome);
  absl::Status RunPlan(const provision::agent::v1::RunPlan& request, const provision::agent::v1::Resume& resume);
  absl::Status CancelRun(const provision::agent::v1::CancelRun& request);
  absl::Status ForgetRun(const std::string& run);
  void ConfirmGuard(const provision::agent::v1::ConfirmGuard& confirm);
  void SetSecrets(const provision::agent::v1::Secrets& secrets);
  void Ack(const provision::agent::v1::Ack& ack);

  // Null when there is none.
  Run* FindRun(const std::string& run);
  // Goes round all runs; when to call again, 0: when woken.
  MonoMicros Tick();
  // A run is under way, or has reports that its engine has not acknowledged.
  bool busy() const;
  // The agent is about to end: interrupts what may be interrupted. Nothing is reported or journalled any more, so that
  // the next life goes on with these runs.
  void Abandon();

 private:
  absl::Status CheckEpoch(int64_t epoch) const;
  absl::Status ForgetSettled();
  // Blobs of a run that is over, but for those that another run wants too.
  void DropBlobs(const provision::agent::v1::Plan& plan);

  const Options options_;
  Owner owner_;
  std::map<std::string, std::unique_ptr<Run>> runs_;
  std::map<std::string, provision::agent::v1::Secrets> early_secrets_;  // of runs whose plan has not come yet
};

// A refusal with its machine-readable code, and that code ("BAD_PLAN" when the status has none).
absl::Status Refusal(absl::string_view code, absl::string_view message);
std::string RefusalCode(const absl::Status& status);

}  // namespace pe::agent

#endif  // SERVER_AGENT_AGENT_H_
