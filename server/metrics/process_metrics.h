// What the kernel knows about this process, as metrics. Source: proc(5).
// Thread rule: thread-safe.
#ifndef SERVER_METRICS_PROCESS_METRICS_H_
#define SERVER_METRICS_PROCESS_METRICS_H_

#include <prometheus/metric_family.h>

#include <vector>

namespace pe {

// pe_process_{resident_memory_bytes, cpu_seconds_total, open_fds, start_time_seconds}. What cannot be read is left out.
std::vector<prometheus::MetricFamily> ProcessMetrics();

// A family with one metric without labels.
prometheus::MetricFamily SingleMetric(const char* name, const char* help, prometheus::MetricType type, double value);

}  // namespace pe

#endif  // SERVER_METRICS_PROCESS_METRICS_H_
