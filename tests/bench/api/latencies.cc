#include "tests/bench/api/latencies.h"

#include <algorithm>

#include "base/clock.h"

namespace pe {

void Latencies::Add(int64_t micros) {
  MutexLock lock(&mu_);
  values_.push_back(micros);
}

size_t Latencies::count() const {
  MutexLock lock(&mu_);
  return values_.size();
}

int64_t Latencies::Percentile(double share) const {
  MutexLock lock(&mu_);
  if (values_.empty()) return 0;
  const size_t at = std::min(values_.size() - 1, static_cast<size_t>(share * static_cast<double>(values_.size())));
  std::nth_element(values_.begin(), values_.begin() + static_cast<int64_t>(at), values_.end());
  return values_[at];
}

int64_t NowMicros() { return SystemClock().Wall(); }

}  // namespace pe
