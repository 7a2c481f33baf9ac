// CommitQueue: the one thread that writes. What is submitted while a commit runs is the next group: the slower the
// disk, the larger the groups. Callbacks run on this thread, in order of submission, after their group.
//
//   Push -> queue -> group -> Commit(group) fills statuses -> callbacks -> AfterGroup -> ...
//
// Thread rule: thread-safe.
#ifndef STORAGE_COMMIT_COMMIT_QUEUE_H_
#define STORAGE_COMMIT_COMMIT_QUEUE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "storage/store.h"

namespace pe {

// A batch on its way. `status` and `applied` are the commit's answer.
struct PendingBatch {
  Batch batch;
  SubmitCallback done;
  absl::Status status;
  Applied applied;
};

class CommitQueue {
 public:
  struct Options {
    size_t max_pending = 65'536;  // batches; more are answered RESOURCE_EXHAUSTED
    size_t max_group = 4'096;     // batches in one commit: bounds its memory and its time
  };
  // `commit` answers every batch of the group; it is not called with an empty group. `after_group` does upkeep that
  // nobody waits for. Both run on the queue's thread.
  CommitQueue(Options options, std::function<void(std::vector<PendingBatch>&)> commit,
              std::function<void()> after_group);
  // Answers everything that was pushed.
  ~CommitQueue();

  void Push(Batch batch, SubmitCallback done);
  // Runs `task` on the queue's thread after all that was pushed before, and waits. Not to be called from a callback.
  void Run(std::function<void()> task);
  void Flush() {
    Run([] {});
  }

 private:
  struct Item {
    PendingBatch pending;
    std::function<void()> task;  // set: a task and no batch
    bool refused = false;        // the queue was full; only the callback was kept
  };

  void Loop();
  // Takes the next group, or one task. False: the queue is empty and closed.
  bool Take(std::vector<PendingBatch>& group, std::vector<PendingBatch>& refused, std::function<void()>& task);

  const Options options_;
  const std::function<void(std::vector<PendingBatch>&)> commit_;
  const std::function<void()> after_group_;
  Mutex mu_;
  CondVar changed_;
  std::deque<Item> items_ ABSL_GUARDED_BY(mu_);
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace pe

#endif  // STORAGE_COMMIT_COMMIT_QUEUE_H_
