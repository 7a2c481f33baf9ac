// EngineMetrics: counts what became durable, and writes it with what the engine has in hand as Prometheus reads it.
//
// Names have the prefix pe_ and base units. Labels come from small sets (states, kinds of steps, environments): never a
// job's, a host's or a caller's name. Counters begin at 0 with the process; what was before is in the store.
// Thread rule: thread-safe.
#ifndef SERVER_METRICS_ENGINE_METRICS_H_
#define SERVER_METRICS_ENGINE_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstdint>
#include <string>

#include "server/engine/engine.h"
#include "server/engine/observer.h"

namespace pe {

class EngineMetrics final : public EngineObserver {
 public:
  explicit EngineMetrics(const std::string& version);

  void OnAccepted(const provision::v1::Job& job) override;
  void OnEvents(const provision::v1::Job& job, const EventBatch& batch) override;
  void OnCommit(int64_t micros, bool ok) override;

  // Prometheus' text exposition format. `watches`: streams of Watch that are open.
  std::string Text(const EngineCounts& counts, int64_t watches) const;

 private:
  void OnJobEnded(const provision::v1::Job& job, const provision::v1::Event& event);
  void OnStep(const provision::v1::StepStatus& step, const provision::v1::StepChanged& change);

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& accepted_;
  prometheus::Family<prometheus::Counter>& ended_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Counter>& targets_;
  prometheus::Family<prometheus::Counter>& steps_;
  prometheus::Family<prometheus::Histogram>& step_durations_;
  prometheus::Family<prometheus::Counter>& retries_;
  prometheus::Counter& events_;
  prometheus::Histogram& commits_;
  prometheus::Counter& failed_commits_;
};

}  // namespace pe

#endif  // SERVER_METRICS_ENGINE_METRICS_H_
