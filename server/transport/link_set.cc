#include "server/transport/link_set.h"

#include <utility>
#include <vector>

namespace pe::transport {
namespace {

class LinkHandle final : public Connection {
 public:
  explicit LinkHandle(std::shared_ptr<AgentLink> link) : link_(std::move(link)) {}
  ~LinkHandle() override { link_->Close(); }
  bool Send(const provision::agent::v1::Frame& frame) override { return link_->Send(frame); }
  void Close() override { link_->Close(); }

 private:
  const std::shared_ptr<AgentLink> link_;
};

}  // namespace

std::unique_ptr<Connection> LinkSet::Add(AgentLink::Parts parts,
                                         absl::AnyInvocable<void(std::shared_ptr<AgentLink>)> begin) {
  EventLoop* loop = parts.loop;
  auto self = std::make_shared<std::weak_ptr<AgentLink>>();
  parts.on_done = [this, self] {
    MutexLock lock(&mu_);
    links_.erase(self->lock());
    changed_.SignalAll();
  };
  auto link = std::make_shared<AgentLink>(std::move(parts));
  *self = link;
  {
    MutexLock lock(&mu_);
    links_.insert(link);
  }
  loop->Post([link, begin = std::move(begin)]() mutable { begin(std::move(link)); });
  return std::make_unique<LinkHandle>(std::move(link));
}

LinkSet::~LinkSet() {
  std::vector<std::shared_ptr<AgentLink>> links;
  {
    MutexLock lock(&mu_);
    links.assign(links_.begin(), links_.end());
  }
  for (const auto& link : links) link->Close();
  links.clear();
  MutexLock lock(&mu_);
  while (!links_.empty()) changed_.Wait(&mu_);
}

}  // namespace pe::transport
