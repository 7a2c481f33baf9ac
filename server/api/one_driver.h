// OneDriver: lets many threads give notice to a thing, of which one at a time acts for it, outside the lock. A reactor
// needs that: gRPC must not be called under a lock, nor by two threads at once, nor after the call was finished.
// Thread rule: thread-safe.
#ifndef SERVER_API_ONE_DRIVER_H_
#define SERVER_API_ONE_DRIVER_H_

#include <functional>

#include "base/mutex.h"

namespace pe {

class OneDriver {
 public:
  using Action = std::function<void()>;

  // Runs `change` under the lock. Then, unless another thread is at it already, asks `next` (under the lock) for an
  // action, runs that without the lock, and so on until `next` gives none. What both touch is protected by this lock.
  template <typename Change, typename Next>
  void Drive(Change change, Next next) {
    mu_.Lock();
    change();
    if (!driving_) {
      driving_ = true;
      while (Action action = next()) {
        mu_.Unlock();
        action();
        mu_.Lock();
      }
      driving_ = false;
    }
    mu_.Unlock();
  }

  // Runs `look` under the lock.
  template <typename Look>
  auto Peek(Look look) {
    MutexLock lock(&mu_);
    return look();
  }

 private:
  Mutex mu_;
  bool driving_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace pe

#endif  // SERVER_API_ONE_DRIVER_H_
