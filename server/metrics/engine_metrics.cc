#include "server/metrics/engine_metrics.h"

#include <prometheus/text_serializer.h>

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "server/engine/proto_time.h"
#include "server/engine/transitions.h"
#include "server/metrics/process_metrics.h"

namespace pe {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildHistogram;
using prometheus::MetricFamily;
using prometheus::MetricType;
using provision::v1::Event;
using provision::v1::Job;
using provision::v1::StepStatus;

// From a step that looks to an upgrade of a whole system.
const prometheus::Histogram::BucketBoundaries kWorkSeconds = {0.01, 0.05, 0.25, 1, 5, 20, 60, 300, 1200, 3600};
const prometheus::Histogram::BucketBoundaries kCommitSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2};

std::string StateLabel(Job::State state) { return absl::AsciiStrToLower(Job::State_Name(state)); }
std::string EnvironmentLabel(const Job& job) {
  return std::string(absl::StripPrefix(job.environment(), "environments/"));
}
std::string ModeLabel(const Job& job) { return absl::AsciiStrToLower(Job::Mode_Name(job.mode())); }

MetricFamily JobsNow(const EngineCounts& counts) {
  MetricFamily family{"pe_jobs", "Jobs that have not ended, by state.", MetricType::Gauge, {}};
  for (int state = Job::PENDING; state <= Job::PAUSED; ++state) {
    const auto found = counts.jobs.find(static_cast<Job::State>(state));
    prometheus::ClientMetric metric;
    metric.label = {{"state", StateLabel(static_cast<Job::State>(state))}};
    metric.gauge.value = found == counts.jobs.end() ? 0 : static_cast<double>(found->second);
    family.metric.push_back(metric);
  }
  return family;
}

std::vector<MetricFamily> InHand(const EngineCounts& counts, int64_t watches) {
  const auto gauge = [](const char* name, const char* help, int64_t value) {
    return SingleMetric(name, help, MetricType::Gauge, static_cast<double>(value));
  };
  return {JobsNow(counts),
          gauge("pe_connections", "Connections to hosts, also those being opened.", counts.connections),
          gauge("pe_targets_waiting_to_connect", "Targets that wait for a free connection.", counts.waiting_to_connect),
          gauge("pe_store_writable", "Whether the store takes writes.", counts.store_ok ? 1 : 0),
          gauge("pe_watches", "Streams of Watch that are open.", watches)};
}

}  // namespace

EngineMetrics::EngineMetrics(const std::string& version)
    : accepted_(BuildCounter().Name("pe_jobs_accepted_total").Help("Jobs that were accepted.").Register(registry_)),
      ended_(BuildCounter().Name("pe_jobs_ended_total").Help("Jobs that ended, by how.").Register(registry_)),
      durations_(BuildHistogram()
                     .Name("pe_job_duration_seconds")
                     .Help("From a job's acceptance to its end, waiting included.")
                     .Register(registry_)),
      targets_(BuildCounter()
                   .Name("pe_targets_ended_total")
                   .Help("Targets of jobs that ended, by how.")
                   .Register(registry_)),
      steps_(BuildCounter().Name("pe_steps_ended_total").Help("Steps that ended, by how.").Register(registry_)),
      step_durations_(BuildHistogram()
                          .Name("pe_step_duration_seconds")
                          .Help("How long steps took on their hosts.")
                          .Register(registry_)),
      retries_(
          BuildCounter().Name("pe_step_retries_total").Help("Attempts of steps after the first.").Register(registry_)),
      events_(BuildCounter().Name("pe_events_total").Help("Events that were stored.").Register(registry_).Add({})),
      commits_(BuildHistogram()
                   .Name("pe_store_commit_seconds")
                   .Help("How long the store took to make a batch durable.")
                   .Register(registry_)
                   .Add({}, kCommitSeconds)),
      failed_commits_(BuildCounter()
                          .Name("pe_store_commits_failed_total")
                          .Help("Batches that the store refused.")
                          .Register(registry_)
                          .Add({})) {
  prometheus::BuildGauge()
      .Name("pe_build_info")
      .Help("Always 1; the label says which program runs.")
      .Register(registry_)
      .Add({{"version", version}})
      .Set(1);
}

void EngineMetrics::OnAccepted(const Job& job) {
  accepted_.Add({{"environment", EnvironmentLabel(job)}, {"mode", ModeLabel(job)}}).Increment();
  events_.Increment();
}

void EngineMetrics::OnEvents(const Job& job, const EventBatch& batch) {
  events_.Increment(static_cast<double>(batch.events.size()));
  for (const Event& event : batch.events) {
    if (event.has_step_state()) {
      OnStep(job.targets(event.target()).steps(event.step()), event.step_state());
    } else if (event.has_state() && IsTerminal(event.state().state())) {
      if (event.target() < 0) OnJobEnded(job, event);
      else targets_.Add({{"state", StateLabel(event.state().state())}}).Increment();
    }
  }
}

void EngineMetrics::OnJobEnded(const Job& job, const Event& event) {
  const std::string mode = ModeLabel(job);
  ended_.Add({{"environment", EnvironmentLabel(job)}, {"mode", mode}, {"state", StateLabel(event.state().state())}})
      .Increment();
  durations_.Add({{"mode", mode}}, kWorkSeconds)
      .Observe(static_cast<double>(ToMicros(event.time()) - ToMicros(job.create_time())) / 1e6);
}

void EngineMetrics::OnStep(const StepStatus& step, const provision::v1::StepChanged& change) {
  if (change.state() == StepStatus::RETRYING) retries_.Add({{"kind", step.kind()}}).Increment();
  if (!IsTerminal(change.state())) return;
  steps_.Add({{"kind", step.kind()}, {"state", absl::AsciiStrToLower(StepStatus::State_Name(change.state()))}})
      .Increment();
  if (!change.result().has_duration()) return;
  step_durations_.Add({{"kind", step.kind()}}, kWorkSeconds)
      .Observe(static_cast<double>(ToMicros(change.result().duration())) / 1e6);
}

void EngineMetrics::OnCommit(int64_t micros, bool ok) {
  commits_.Observe(static_cast<double>(micros) / 1e6);
  if (!ok) failed_commits_.Increment();
}

std::string EngineMetrics::Text(const EngineCounts& counts, int64_t watches) const {
  std::vector<MetricFamily> families = registry_.Collect();
  for (auto&& more : {InHand(counts, watches), ProcessMetrics()})
    families.insert(families.end(), more.begin(), more.end());
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace pe
