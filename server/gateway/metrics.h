// Metrics: what the gateway counts about itself, in Prometheus' text form.
// Thread rule: thread-safe.
#ifndef SERVER_GATEWAY_METRICS_H_
#define SERVER_GATEWAY_METRICS_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/mutex.h"

namespace pe::gateway {

class Metrics {
 public:
  // A request has ended. `what`: a call's path or one of a few words, never a client's text.
  void Count(const std::string& what, int http_status, double seconds);
  void ConnectionOpened();
  void ConnectionClosed();

  // With lines of the engine's own at the end.
  std::string Text(bool engine_serves) const;

 private:
  static constexpr std::array<double, 8> kBounds = {0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60};
  struct Durations {
    std::array<int64_t, kBounds.size() + 1> counts{};
    double sum = 0;
  };

  mutable Mutex mu_;
  std::map<std::pair<std::string, int>, int64_t> requests_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, Durations> durations_ ABSL_GUARDED_BY(mu_);
  int64_t connections_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_METRICS_H_
