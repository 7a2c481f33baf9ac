// Link: one connection of one target's stage, as the engine's loop sees it. Turns the transport's calls, which come on
// other threads, into closures of the loop.
#ifndef SERVER_ENGINE_LINK_H_
#define SERVER_ENGINE_LINK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "provision/v1/job.pb.h"
#include "server/engine/effects.h"
#include "server/engine/inbox.h"
#include "server/engine/run_delivery.h"
#include "server/transport/transport.h"

namespace pe {

// What a link tells the loop; called on the loop's thread.
class LinkListener {
 public:
  virtual ~LinkListener() = default;
  virtual void OnLinkOpen(uint64_t link, const provision::agent::v1::Hello& hello, const std::string& host_key) = 0;
  virtual void OnLinkFrame(uint64_t link, const provision::agent::v1::Frame& frame) = 0;
  virtual void OnLinkClosed(uint64_t link, const CloseReason& reason) = 0;
};

// A run that went on while nobody was connected: what it has come to is heard before it is forgotten.
struct StaleRun {
  provision::v1::Job job;  // its job as it ended, with what the run has reported since
  int target = 0;
  int64_t last_report = 0;
  std::set<std::string> told;  // handlers that were owed when its job ended
};

class Link final : public ConnectionObserver {
 public:
  // `listener` is used only by closures of `inbox`.
  Link(std::shared_ptr<Inbox> inbox, LinkListener* listener, uint64_t id, JobId job, Peer peer, std::string resource)
      : inbox_(std::move(inbox)),
        listener_(listener),
        id_(id),
        job_(std::move(job)),
        peer_(peer),
        resource_(std::move(resource)) {}

  // ---- ConnectionObserver; any thread
  void OnOpen(const provision::agent::v1::Hello& hello, const std::string& host_key) override {
    inbox_->Post([l = listener_, id = id_, hello, host_key] { l->OnLinkOpen(id, hello, host_key); });
  }
  void OnFrame(provision::agent::v1::Frame frame) override {
    auto shared =
        std::make_shared<provision::agent::v1::Frame>(std::move(frame));  // closures are copied, frames are not
    inbox_->Post([l = listener_, id = id_, shared] { l->OnLinkFrame(id, *shared); });
  }
  void OnClosed(const CloseReason& reason) override {
    inbox_->Post([l = listener_, id = id_, reason] { l->OnLinkClosed(id, reason); });
  }

  // ---- The loop's thread
  uint64_t id() const { return id_; }
  const JobId& job() const { return job_; }
  int target() const { return peer_.target; }
  const Peer& peer() const { return peer_; }
  int number() const { return peer_.connection; }
  const std::string& resource() const { return resource_; }

  std::unique_ptr<Connection> connection;
  std::unique_ptr<RunDelivery> delivery;  // while a run is brought to the host
  bool open = false;
  // Runs of jobs that have ended without this host: stopped and forgotten as soon as the agent knows whose connection
  // this is.
  std::vector<provision::agent::v1::OpenRun> stale_runs;
  std::vector<provision::agent::v1::OpenGuard> stale_guards;  // of those
  // Of those, the ones whose end is waited for, by run; the machine is told of the connection when there is none left.
  std::map<std::string, StaleRun> settling;
  provision::agent::v1::Hello hello;  // while some are
  MonoMicros last_heard = 0;
  MonoMicros last_ping = 0;

 private:
  const std::shared_ptr<Inbox> inbox_;
  LinkListener* const listener_;
  const uint64_t id_;
  const JobId job_;
  const Peer peer_;
  const std::string resource_;
};

}  // namespace pe

#endif  // SERVER_ENGINE_LINK_H_
