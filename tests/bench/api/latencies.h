// Times in microseconds from many threads, and their percentiles. Thread-safe.
#ifndef TESTS_BENCH_API_LATENCIES_H_
#define TESTS_BENCH_API_LATENCIES_H_

#include <cstdint>
#include <vector>

#include "base/mutex.h"

namespace pe {

class Latencies {
 public:
  void Add(int64_t micros);
  size_t count() const;
  // The value that `share` (0 to 1) of all are at or below; 0 when there is none.
  int64_t Percentile(double share) const;

 private:
  mutable Mutex mu_;
  mutable std::vector<int64_t> values_ ABSL_GUARDED_BY(mu_);
};

// Of this machine's clock, the same in all its processes.
int64_t NowMicros();

}  // namespace pe

#endif  // TESTS_BENCH_API_LATENCIES_H_
