// QuickHosts: a transport to hosts that do nothing and say so at once. Each takes a plan and reports every step as
// running and as unchanged, with at most a window of reports that are not acknowledged. All live on one thread.
#ifndef TESTS_BENCH_ENGINE_QUICK_HOSTS_H_
#define TESTS_BENCH_ENGINE_QUICK_HOSTS_H_

#include <deque>
#include <memory>
#include <thread>

#include "base/mutex.h"
#include "server/transport/transport.h"

namespace pe::bench {

class QuickHosts final : public Transport {
 public:
  QuickHosts();
  ~QuickHosts() override;
  std::unique_ptr<Connection> Connect(const ConnectRequest& request,
                                      std::shared_ptr<ConnectionObserver> observer) override;

 private:
  class Host;
  class Line;
  void Wake(std::shared_ptr<Host> host);
  void Loop();

  Mutex mu_;
  CondVar changed_;
  std::deque<std::shared_ptr<Host>> ready_ ABSL_GUARDED_BY(mu_);
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace pe::bench

#endif  // TESTS_BENCH_ENGINE_QUICK_HOSTS_H_
