#include "storage/commit/commit_queue.h"

#include <utility>

namespace pe {

CommitQueue::CommitQueue(Options options, std::function<void(std::vector<PendingBatch>&)> commit,
                         std::function<void()> after_group)
    : options_(options),
      commit_(std::move(commit)),
      after_group_(std::move(after_group)),
      thread_([this] { Loop(); }) {}

CommitQueue::~CommitQueue() {
  {
    MutexLock lock(&mu_);
    closed_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

void CommitQueue::Push(Batch batch, SubmitCallback done) {
  MutexLock lock(&mu_);
  Item& item = items_.emplace_back();
  item.pending.done = std::move(done);
  item.refused = items_.size() > options_.max_pending;
  if (!item.refused) item.pending.batch = std::move(batch);
  if (items_.size() == 1) changed_.Signal();
}

void CommitQueue::Run(std::function<void()> task) {
  Mutex mu;
  CondVar finished;
  bool done = false;
  {
    MutexLock lock(&mu_);
    items_.emplace_back().task = [&] {
      task();
      MutexLock inner(&mu);
      done = true;
      finished.SignalAll();
    };
    changed_.Signal();
  }
  MutexLock lock(&mu);
  while (!done) finished.Wait(&mu);
}

void CommitQueue::Loop() {
  std::vector<PendingBatch> group;
  std::vector<PendingBatch> refused;
  std::function<void()> task;
  while (Take(group, refused, task)) {
    if (!group.empty()) commit_(group);
    for (PendingBatch& pending : group) pending.done(pending.status, pending.applied);
    for (PendingBatch& pending : refused) {
      pending.done(absl::ResourceExhaustedError("too many writes are waiting for the disk; try again later"), {});
    }
    if (task) task();
    if (!group.empty()) after_group_();
    group.clear();
    refused.clear();
    task = nullptr;
  }
}

bool CommitQueue::Take(std::vector<PendingBatch>& group, std::vector<PendingBatch>& refused,
                       std::function<void()>& task) {
  MutexLock lock(&mu_);
  while (items_.empty() && !closed_) changed_.Wait(&mu_);
  // A refused batch or a task ends the group, so that answers keep the order of submission.
  while (!items_.empty() && group.size() < options_.max_group && refused.empty() && !task) {
    Item& item = items_.front();
    if (item.task) {
      task = std::move(item.task);
    } else if (item.refused) {
      refused.push_back(std::move(item.pending));
    } else {
      group.push_back(std::move(item.pending));
    }
    items_.pop_front();
  }
  return !group.empty() || !refused.empty() || task;
}

}  // namespace pe
