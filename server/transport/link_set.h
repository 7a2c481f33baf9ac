// LinkSet: the connections of one transport, and the Connection that callers hold.
// Thread rule: thread-safe.
#ifndef SERVER_TRANSPORT_LINK_SET_H_
#define SERVER_TRANSPORT_LINK_SET_H_

#include <memory>

#include "absl/container/flat_hash_set.h"
#include "base/mutex.h"
#include "server/transport/agent_link.h"

namespace pe::transport {

class LinkSet {
 public:
  // Closes every connection and waits until each OnClosed has returned. REQUIRES: not on a loop's thread, loops run.
  ~LinkSet();

  // Makes a link of `parts` (whose on_done is set here) and its handle. `begin` runs on the link's loop.
  std::unique_ptr<Connection> Add(AgentLink::Parts parts, absl::AnyInvocable<void(std::shared_ptr<AgentLink>)> begin);

 private:
  Mutex mu_;
  CondVar changed_;
  absl::flat_hash_set<std::shared_ptr<AgentLink>> links_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_LINK_SET_H_
