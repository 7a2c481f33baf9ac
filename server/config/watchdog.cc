#include "server/config/watchdog.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "server/config/readiness.h"
#include "server/log.h"

namespace pe {

int64_t Watchdog::WantedMicros() {
  const char* const micros = std::getenv("WATCHDOG_USEC");
  const char* const process = std::getenv("WATCHDOG_PID");
  int64_t wanted = 0;
  int64_t pid = 0;
  if (micros == nullptr || !absl::SimpleAtoi(micros, &wanted)) return 0;
  if (process != nullptr && (!absl::SimpleAtoi(process, &pid) || pid != getpid())) return 0;
  return std::max<int64_t>(wanted, 0);
}

Watchdog::Watchdog(std::function<bool()> alive) : alive_(std::move(alive)) {
  const int64_t wanted = WantedMicros();
  if (wanted > 0) thread_ = std::thread([this, wanted] { Run(std::max<int64_t>(wanted / 3, 1)); });
}

Watchdog::~Watchdog() {
  {
    MutexLock lock(&mu_);
    end_ = true;
    ended_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

void Watchdog::Run(int64_t every_micros) {
  for (;;) {
    if (alive_()) {
      NotifySystemd("WATCHDOG=1");
    } else {
      Log(LogLevel::kWarning, "this program's own listener does not answer; systemd starts it again if that goes on");
    }
    MutexLock lock(&mu_);
    if (!end_) ended_.WaitFor(&mu_, every_micros);
    if (end_) return;
  }
}

}  // namespace pe
