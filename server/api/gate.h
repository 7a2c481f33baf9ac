// Gate: decides whether a call may go on, and whose it is. Every handler asks it first.
// Thread rule: thread-safe; does not block.
#ifndef SERVER_API_GATE_H_
#define SERVER_API_GATE_H_

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe {

class Gate {
 public:
  // `token`: what calls over TCP must bear; empty refuses them all. `owner`: how callers through the unix socket are
  // recorded (its file mode lets nobody else in).
  Gate(absl::string_view token, std::string owner);

  // The caller's identity for records. UNAUTHENTICATED without the right token, PERMISSION_DENIED for a method that the
  // table does not have.
  absl::StatusOr<std::string> Admit(const grpc::ServerContextBase& context, absl::string_view method) const;

 private:
  absl::Status CheckToken(const grpc::ServerContextBase& context) const;

  std::string token_digest_;  // compared instead of the token, so that lengths are equal; empty: no token
  std::string owner_;
};

}  // namespace pe

#endif  // SERVER_API_GATE_H_
