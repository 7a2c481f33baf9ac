// ProcessLoop: an event loop with a reaper, for the transports that run programs. Ends in the right order.
#ifndef SERVER_TRANSPORT_PROCESS_LOOP_H_
#define SERVER_TRANSPORT_PROCESS_LOOP_H_

#include <memory>
#include <utility>

#include "server/transport/child_process.h"
#include "server/transport/event_loop.h"

namespace pe::transport {

class ProcessLoop {
 public:
  ProcessLoop() : reaper_(std::make_unique<Reaper>(&loop_)) {}
  // The reaper goes on the loop's thread, after everything that was posted before.
  ~ProcessLoop() {
    loop_.Post([reaper = std::move(reaper_)]() mutable { reaper = nullptr; });
  }
  EventLoop* loop() { return &loop_; }
  Reaper* reaper() { return reaper_.get(); }

 private:
  EventLoop loop_;
  std::unique_ptr<Reaper> reaper_;
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_PROCESS_LOOP_H_
