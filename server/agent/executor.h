// Executor: where attempts run. A seam: the agent has threads, a simulation its own order.
#ifndef SERVER_AGENT_EXECUTOR_H_
#define SERVER_AGENT_EXECUTOR_H_

#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "server/agent/attempt.h"

namespace pe::agent {

class Executor {
 public:
  virtual ~Executor() = default;
  // Runs the attempt and calls `done` once, from any thread, never from within Start. Does not block.
  virtual void Start(std::shared_ptr<Attempt> attempt, std::function<void(AttemptEnd)> done) = 0;
};

// As many threads as attempts run at once; they are kept for the next ones. Thread-safe.
class ThreadExecutor final : public Executor {
 public:
  explicit ThreadExecutor(StepHost host) : host_(host) {}
  // Waits for what runs: set their tokens first.
  ~ThreadExecutor() override;

  void Start(std::shared_ptr<Attempt> attempt, std::function<void(AttemptEnd)> done) override;

 private:
  struct Job {
    std::shared_ptr<Attempt> attempt;
    std::function<void(AttemptEnd)> done;
  };
  void Work();

  const StepHost host_;
  Mutex mu_;
  CondVar wake_;
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mu_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mu_);
  size_t idle_ ABSL_GUARDED_BY(mu_) = 0;
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_EXECUTOR_H_
