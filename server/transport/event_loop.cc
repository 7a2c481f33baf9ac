#include "server/transport/event_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace pe::transport {

// A process that can make neither an epoll nor an event descriptor has none left: nothing would work.
EventLoop::EventLoop() : epoll_fd_(epoll_create1(EPOLL_CLOEXEC)), wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (epoll_fd_ < 0 || wake_fd_ < 0) std::abort();
  epoll_event event{.events = EPOLLIN, .data = {.fd = wake_fd_}};
  epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event);
  thread_ = std::thread([this] { Run(); });
}

EventLoop::~EventLoop() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  eventfd_write(wake_fd_, 1);
  thread_.join();
  close(wake_fd_);
  close(epoll_fd_);
}

void EventLoop::Post(Task task) {
  bool wake;
  {
    MutexLock lock(&mu_);
    wake = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (wake) eventfd_write(wake_fd_, 1);
}

void EventLoop::Watch(int fd, uint32_t events, Handler handler) {
  watched_[fd] = std::make_shared<Watched>(Watched{events, std::move(handler)});
  epoll_event event{.events = events, .data = {.fd = fd}};
  epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event);
}

void EventLoop::Change(int fd, uint32_t events) {
  const auto found = watched_.find(fd);
  if (found == watched_.end() || found->second->events == events) return;
  found->second->events = events;
  epoll_event event{.events = events, .data = {.fd = fd}};
  epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::Unwatch(int fd) {
  if (watched_.erase(fd) > 0) epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
}

EventLoop::TimerId EventLoop::After(int64_t micros, Task task) {
  const TimerId id{clock_.Mono() + micros, ++next_timer_};
  timers_.emplace(id, std::move(task));
  return id;
}

// wait -> descriptors -> timers -> tasks, until stopped; then the tasks that are left.
void EventLoop::Run() {
  epoll_event events[64];
  while (RunTasks()) {
    const int count = epoll_wait(epoll_fd_, events, 64, MillisToTimer());
    RunHandlers(events, std::max(count, 0));
    RunTimers();
  }
  RunTasks();
  // What the closures hold may still cancel and unwatch while it is destroyed.
  const auto timers = std::exchange(timers_, {});
  const auto watched = std::exchange(watched_, {});
}

bool EventLoop::RunTasks() {
  std::vector<Task> tasks;
  bool stop;
  {
    MutexLock lock(&mu_);
    tasks.swap(tasks_);
    stop = stop_;
  }
  for (Task& task : tasks) task();
  return !stop;
}

int EventLoop::MillisToTimer() const {
  if (timers_.empty()) return -1;
  const int64_t micros = timers_.begin()->first.first - clock_.Mono();
  return static_cast<int>(std::clamp<int64_t>((micros + 999) / 1000, 0, 60'000));
}

void EventLoop::RunTimers() {
  const MonoMicros now = clock_.Mono();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
  }
}

// A handler may unwatch any descriptor, also its own: what it runs on is kept alive until it returns.
void EventLoop::RunHandlers(const epoll_event* events, int count) {
  for (int i = 0; i < count; ++i) {
    if (events[i].data.fd == wake_fd_) {
      eventfd_t value;
      eventfd_read(wake_fd_, &value);
      continue;
    }
    const auto found = watched_.find(events[i].data.fd);
    if (found == watched_.end()) continue;
    const std::shared_ptr<Watched> watched = found->second;
    watched->handler(events[i].events);
  }
}

}  // namespace pe::transport
