// EventLoop: one thread that waits for file descriptors, timers and tasks. Everything that lives on a loop is touched
// by its thread only, so that connections need no locks of their own. Thread rule: Post and OnThread are thread-safe;
// everything else is for the loop's thread.
#ifndef SERVER_TRANSPORT_EVENT_LOOP_H_
#define SERVER_TRANSPORT_EVENT_LOOP_H_

#include <sys/epoll.h>

#include <cstdint>
#include <map>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace pe::transport {

class EventLoop {
 public:
  using Task = absl::AnyInvocable<void()>;
  // `events`: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP. May be called once more than the descriptor deserves: a handler
  // finds out by itself what is there to do.
  using Handler = absl::AnyInvocable<void(uint32_t events)>;
  using TimerId = std::pair<MonoMicros, uint64_t>;

  EventLoop();
  // Runs the tasks that were posted, then ends the thread. Watches and timers that are left never fire.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // In order. A task that is posted by a task runs after descriptors were looked at.
  void Post(Task task);
  bool OnThread() const { return std::this_thread::get_id() == thread_.get_id(); }

  // Level-triggered. The descriptor stays the caller's; Unwatch before closing it.
  void Watch(int fd, uint32_t events, Handler handler);
  void Change(int fd, uint32_t events);
  void Unwatch(int fd);

  TimerId After(int64_t micros, Task task);
  // Does nothing when the timer has fired.
  void Cancel(TimerId id) { timers_.erase(id); }

 private:
  struct Watched {
    uint32_t events;
    Handler handler;
  };

  void Run();
  bool RunTasks();
  int MillisToTimer() const;
  void RunTimers();
  void RunHandlers(const epoll_event* events, int count);

  SystemClock clock_;
  const int epoll_fd_;
  const int wake_fd_;
  absl::flat_hash_map<int, std::shared_ptr<Watched>> watched_;
  std::map<TimerId, Task> timers_;
  uint64_t next_timer_ = 0;

  Mutex mu_;
  std::vector<Task> tasks_ ABSL_GUARDED_BY(mu_);
  bool stop_ ABSL_GUARDED_BY(mu_) = false;

  std::thread thread_;
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_EVENT_LOOP_H_
