#include "base/clock.h"

#include <time.h>

namespace pe {
namespace {

int64_t Read(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return static_cast<int64_t>(t.tv_sec) * kMicrosPerSecond + t.tv_nsec / 1000;
}

}  // namespace

WallMicros SystemClock::Wall() const { return Read(CLOCK_REALTIME); }

// CLOCK_BOOTTIME also counts a suspended machine's time, so that leases and deadlines do not stretch.
MonoMicros SystemClock::Mono() const { return Read(CLOCK_BOOTTIME); }

}  // namespace pe
