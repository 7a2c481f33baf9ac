// HostPolicy: which names this server answers to. A page of another site that gets its own name resolved to this
// machine (DNS rebinding) sends that name as Host, and is refused.
// Immutable; thread-safe.
#ifndef SERVER_GATEWAY_HOST_POLICY_H_
#define SERVER_GATEWAY_HOST_POLICY_H_

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pe::gateway {

class HostPolicy {
 public:
  // `names`: host names without port that are served besides localhost, 127.0.0.1 and [::1].
  explicit HostPolicy(const std::vector<std::string>& names);

  // `host`: the header, "localhost:7480".
  bool Serves(absl::string_view host) const;
  // Whether a page of `origin` ("http://localhost:7480") is this server's own, which `host` names. Without an origin
  // the caller is no page.
  bool SameOrigin(absl::string_view origin, absl::string_view host) const;

 private:
  std::set<std::string> names_;
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_HOST_POLICY_H_
