// Time as it is injected. Nothing in the product reads a clock in any other way.
// Thread rule: implementations are thread-safe.
#ifndef BASE_CLOCK_H_
#define BASE_CLOCK_H_

#include <cstdint>

namespace pe {

// Microseconds since the Unix epoch. For people and records; it may jump.
using WallMicros = int64_t;
// Microseconds of a clock that never goes back. For durations and deadlines; its zero means nothing.
using MonoMicros = int64_t;

inline constexpr int64_t kMicrosPerMilli = 1000;
inline constexpr int64_t kMicrosPerSecond = 1000 * 1000;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallMicros Wall() const = 0;
  virtual MonoMicros Mono() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  WallMicros Wall() const override;
  MonoMicros Mono() const override;
};

// A clock that stands still until it is moved; for tests and simulation.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallMicros wall = 1'700'000'000'000'000) : wall_(wall) {}
  WallMicros Wall() const override { return wall_; }
  MonoMicros Mono() const override { return mono_; }
  void Advance(int64_t micros) { wall_ += micros, mono_ += micros; }
  // Moves the wall clock alone, as a correction of the host's time does.
  void JumpWall(int64_t micros) { wall_ += micros; }

 private:
  WallMicros wall_;
  MonoMicros mono_ = 1;
};

}  // namespace pe

#endif  // BASE_CLOCK_H_
