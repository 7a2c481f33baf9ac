// WorkPool: a few threads for reads of the store, so that gRPC's own threads never wait for a disk.
// Thread rule: thread-safe.
#ifndef SERVER_API_WORK_POOL_H_
#define SERVER_API_WORK_POOL_H_

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace pe {

class WorkPool {
 public:
  WorkPool(int threads, size_t max_queued);
  ~WorkPool();  // runs what is queued, then ends

  // False, and `work` is dropped, when too much waits already.
  bool Run(std::function<void()> work);
  // As Run, without the bound: for callers that have at most one thing each here and are bounded themselves.
  void RunAlways(std::function<void()> work);

 private:
  void Loop();

  const size_t max_queued_;
  Mutex mu_;
  CondVar wake_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mu_);
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace pe

#endif  // SERVER_API_WORK_POOL_H_
