#include "client/cli/commands/watch_feed.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace pe::cli {
namespace {

constexpr size_t kMaxItems = 64;

}  // namespace

WatchFeed::WatchFeed(provision::client::Connection* engine, provision::client::WatchOptions options)
    : wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  options.on_cut = [this](const absl::Status& why, absl::Duration pause) { Push(WatchCut{why, pause}); };
  watcher_ = engine->Watch(std::move(options));
  thread_ = std::thread([this] { Run(); });
}

WatchFeed::~WatchFeed() {
  {
    MutexLock lock(&mu_);
    closed_ = true;
    room_.SignalAll();
  }
  watcher_->Cancel();
  thread_.join();
  close(wake_fd_);
}

void WatchFeed::Run() {
  while (true) {
    auto batch = watcher_->Next();
    const bool more = batch.ok() && batch->has_value();
    Push(more ? WatchItem(std::move(**batch)) : WatchItem(WatchEnd{batch.status()}));
    if (!more) return;
  }
}

void WatchFeed::Push(WatchItem item) {
  {
    MutexLock lock(&mu_);
    while (items_.size() >= kMaxItems && !closed_) room_.Wait(&mu_);
    if (closed_) return;
    items_.push_back(std::move(item));
  }
  eventfd_write(wake_fd_, 1);
}

std::optional<WatchItem> WatchFeed::Pop() {
  MutexLock lock(&mu_);
  if (items_.empty()) {
    eventfd_t ignored = 0;
    eventfd_read(wake_fd_, &ignored);
    return std::nullopt;
  }
  WatchItem item = std::move(items_.front());
  items_.pop_front();
  room_.Signal();
  return item;
}

}  // namespace pe::cli
