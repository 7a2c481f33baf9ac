// SimClock: virtual time with a queue of what will happen. Ties are run in the order in which they were asked for.
// One thread.
#ifndef TESTS_SIMULATION_SIM_CLOCK_H_
#define TESTS_SIMULATION_SIM_CLOCK_H_

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace pe::sim {

class SimClock final : public Clock {
 public:
  WallMicros Wall() const override { return wall_; }
  MonoMicros Mono() const override { return mono_; }

  void At(int64_t in_micros, std::function<void()> what) {
    queue_.emplace(std::pair(mono_ + in_micros, ++order_), std::move(what));
  }
  std::optional<MonoMicros> Next() const {
    return queue_.empty() ? std::nullopt : std::optional(queue_.begin()->first.first);
  }
  // Runs the next thing, at its time.
  void RunNext() {
    auto node = queue_.extract(queue_.begin());
    AdvanceTo(node.key().first);
    node.mapped()();
  }
  void AdvanceTo(MonoMicros mono) {
    if (mono <= mono_) return;
    wall_ += mono - mono_;
    mono_ = mono;
  }
  void JumpWall(int64_t micros) { wall_ += micros; }

 private:
  WallMicros wall_ = 1'700'000'000'000'000;
  MonoMicros mono_ = 1;
  uint64_t order_ = 0;
  std::map<std::pair<MonoMicros, uint64_t>, std::function<void()>> queue_;
};

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_CLOCK_H_
