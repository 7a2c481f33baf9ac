// Inbox: closures for the engine's loop. Outlives the loop for as long as a transport or a store may still post to it;
// what arrives then is dropped unrun.
// Thread rule: thread-safe.
#ifndef SERVER_ENGINE_INBOX_H_
#define SERVER_ENGINE_INBOX_H_

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace pe {

class Inbox {
 public:
  void Post(std::function<void()> closure) {
    MutexLock lock(&mu_);
    closures_.push_back(std::move(closure));
    arrived_.Signal();
  }

  bool empty() {
    MutexLock lock(&mu_);
    return closures_.empty();
  }

  std::vector<std::function<void()>> Take() {
    MutexLock lock(&mu_);
    return std::exchange(closures_, {});
  }

  // Blocks until there is something, or `micros` have passed (nullopt: without bound).
  void Wait(std::optional<int64_t> micros) {
    MutexLock lock(&mu_);
    while (closures_.empty()) {
      if (!micros) {
        arrived_.Wait(&mu_);
      } else if (*micros <= 0 || !arrived_.WaitFor(&mu_, *micros)) {
        return;
      }
    }
  }

 private:
  Mutex mu_;
  CondVar arrived_;
  std::vector<std::function<void()>> closures_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pe

#endif  // SERVER_ENGINE_INBOX_H_
