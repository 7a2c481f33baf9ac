#include "server/agent/executor.h"

#include "server/agent/plan_check.h"

namespace pe::agent {

ThreadExecutor::~ThreadExecutor() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(&mu_);
    ending_ = true;
    jobs_.clear();
    threads.swap(threads_);
    wake_.SignalAll();
  }
  for (std::thread& thread : threads) thread.join();
}

void ThreadExecutor::Start(std::shared_ptr<Attempt> attempt, std::function<void(AttemptEnd)> done) {
  MutexLock lock(&mu_);
  jobs_.push_back({std::move(attempt), std::move(done)});
  if (jobs_.size() > idle_ && threads_.size() < kMostParallelism) {
    threads_.emplace_back([this] { Work(); });
  } else {
    wake_.Signal();
  }
}

void ThreadExecutor::Work() {
  while (true) {
    Job job;
    {
      MutexLock lock(&mu_);
      ++idle_;
      while (jobs_.empty() && !ending_) wake_.Wait(&mu_);
      --idle_;
      if (ending_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job.done(RunAttempt(*job.attempt, host_));
  }
}

}  // namespace pe::agent
