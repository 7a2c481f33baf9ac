// Watchdog: tells systemd (WatchdogSec= of a unit) again and again that this program still does its work, as long as
// it does; systemd ends and starts it again when nothing was said for so long.
// Thread rule: made and destroyed by one thread; `alive` is called on a thread of its own.
#ifndef SERVER_CONFIG_WATCHDOG_H_
#define SERVER_CONFIG_WATCHDOG_H_

#include <cstdint>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"

namespace pe {

class Watchdog {
 public:
  // Asks `alive` three times in the time that systemd gives (WATCHDOG_USEC), and says WATCHDOG=1 after each yes. What
  // it asks should go the way that callers go, and return within a third of that time: a program whose threads all
  // wait for each other has a pulse as long as one only asks whether it is there. Without WATCHDOG_USEC, or with a
  // WATCHDOG_PID of another process, it does nothing. After a no, it logs, and asks again at its next turn.
  explicit Watchdog(std::function<bool()> alive);
  // Waits for an `alive` that is being asked.
  ~Watchdog();

  // Microseconds within which systemd wants to hear; 0: it does not.
  static int64_t WantedMicros();

 private:
  void Run(int64_t every_micros);

  const std::function<bool()> alive_;
  Mutex mu_;
  CondVar ended_;
  bool end_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace pe

#endif  // SERVER_CONFIG_WATCHDOG_H_
