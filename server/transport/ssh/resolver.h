// Resolver: names to addresses on threads of its own, since getaddrinfo blocks for as long as a name server is silent.
// Thread rule: thread-safe.
#ifndef SERVER_TRANSPORT_SSH_RESOLVER_H_
#define SERVER_TRANSPORT_SSH_RESOLVER_H_

#include <sys/socket.h>

#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "base/mutex.h"

namespace pe::transport {

struct SocketAddress {
  sockaddr_storage storage;
  socklen_t length;
};

struct Resolution {
  std::vector<SocketAddress> addresses;  // empty: see error
  std::string error;
  bool retryable = false;  // the name server did not answer, instead of knowing no such name
};

class Resolver {
 public:
  using Done = absl::AnyInvocable<void(Resolution)>;

  explicit Resolver(int threads);
  // Names that nobody has begun to look up are answered with an error.
  ~Resolver();

  // `done` comes on a thread of the resolver; for a numeric address, which needs none, at once.
  void Resolve(std::string host, int port, Done done);

 private:
  struct Question {
    std::string host;
    int port;
    Done done;
  };
  void Run();

  Mutex mu_;
  CondVar changed_;
  std::deque<Question> questions_ ABSL_GUARDED_BY(mu_);
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_SSH_RESOLVER_H_
