// PolicyRc: /usr/sbin/policy-rc.d of a root file system, saying 101 (start nothing) while the object lives.
#ifndef SERVER_AGENT_POLICY_RC_H_
#define SERVER_AGENT_POLICY_RC_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace pe::agent {

class PolicyRc {
 public:
  // Leaves one that somebody else has put there, and a root without /usr/sbin, as they are; takes over one that an
  // agent left when it was killed.
  static absl::StatusOr<PolicyRc> Install(const std::string& root);
  PolicyRc(PolicyRc&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  PolicyRc& operator=(PolicyRc&&) = delete;
  ~PolicyRc();
  // Of a forked copy: the other one takes it away.
  void Disown() { path_.clear(); }

 private:
  explicit PolicyRc(std::string path) : path_(std::move(path)) {}
  std::string path_;  // empty: nothing to take away
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_POLICY_RC_H_
