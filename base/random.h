// Randomness as it is injected. Thread rule: implementations are thread-safe unless they say otherwise.
#ifndef BASE_RANDOM_H_
#define BASE_RANDOM_H_

#include <cstdint>
#include <random>
#include <string>

namespace pe {

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next() = 0;
};

// The kernel's generator, by way of libsodium.
class SystemRandom final : public Random {
 public:
  SystemRandom();
  uint64_t Next() override;
};

// A repeatable sequence from a seed; for tests and simulation. Not thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  uint64_t Next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

// A new identifier of 16 characters of [0-9a-z]: 8 that grow with time (so that ids sort by age), 8 random ones.
std::string NewId(int64_t wall_micros, Random& random);

}  // namespace pe

#endif  // BASE_RANDOM_H_
