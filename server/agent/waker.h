// Waker: wakes a loop that sleeps in poll, from any thread and from signal handlers. Wakes that nobody has taken yet
// are one.
#ifndef SERVER_AGENT_WAKER_H_
#define SERVER_AGENT_WAKER_H_

#include <sys/eventfd.h>

#include <cstdint>

#include "server/agent/system/unique_fd.h"

namespace pe::agent {

class Waker {
 public:
  Waker() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  void Wake() const {
    const uint64_t one = 1;
    if (write(fd_.get(), &one, sizeof one) < 0) return;  // full: it is awake already
  }
  // To be polled for reading.
  int fd() const { return fd_.get(); }
  void Take() const {
    uint64_t count;
    if (read(fd_.get(), &count, sizeof count) < 0) return;  // nobody has called
  }

 private:
  const UniqueFd fd_;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_WAKER_H_
