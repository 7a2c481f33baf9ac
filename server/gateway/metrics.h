// Metrics: what the gateway counts about itself, as Prometheus reads it.
// Thread rule: thread-safe.
#ifndef SERVER_GATEWAY_METRICS_H_
#define SERVER_GATEWAY_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>

namespace pe::gateway {

class Metrics {
 public:
  Metrics();

  // A request has ended. `what`: a call's path or one of a few words, never a client's text.
  void Count(const std::string& what, int http_status, double seconds);
  void ConnectionOpened() { connections_.Increment(); }
  void ConnectionClosed() { connections_.Decrement(); }
  // Whether the engine was found to serve, for the next Text.
  void EngineUp(bool up) { engine_up_.Set(up ? 1 : 0); }

  // Prometheus' text exposition format.
  std::string Text() const;

 private:
  prometheus::Registry registry_;
  prometheus::Gauge& engine_up_;
  prometheus::Gauge& connections_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_METRICS_H_
