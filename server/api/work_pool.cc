#include "server/api/work_pool.h"

#include <utility>

namespace pe {

WorkPool::WorkPool(int threads, size_t max_queued) : max_queued_(max_queued) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Loop(); });
}

WorkPool::~WorkPool() {
  {
    MutexLock lock(&mu_);
    ending_ = true;
  }
  wake_.SignalAll();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkPool::Run(std::function<void()> work) {
  MutexLock lock(&mu_);
  if (queue_.size() >= max_queued_) return false;
  queue_.push_back(std::move(work));
  wake_.Signal();
  return true;
}

void WorkPool::RunAlways(std::function<void()> work) {
  MutexLock lock(&mu_);
  queue_.push_back(std::move(work));
  wake_.Signal();
}

void WorkPool::Loop() {
  mu_.Lock();
  while (true) {
    while (queue_.empty() && !ending_) wake_.Wait(&mu_);
    if (queue_.empty()) break;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    mu_.Unlock();
    work();
    work = nullptr;  // what it holds goes before the lock comes
    mu_.Lock();
  }
  mu_.Unlock();
}

}  // namespace pe
