#include "server/metrics/process_metrics.h"

#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace pe {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

// Fields of /proc/self/stat after the program's name, which may hold anything: [0] is the state, field 3 of proc(5).
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  return absl::StrSplit(text.substr(name_end + 1), absl::ByAnyChar(" \n"), absl::SkipEmpty());
}

double Number(const std::vector<std::string>& fields, size_t field) {
  double value = 0;
  return field - 3 < fields.size() && absl::SimpleAtod(fields[field - 3], &value) ? value : 0;
}

// Seconds since 1970 at which the machine was started.
double BootTime() {
  timespec real{}, up{};
  clock_gettime(CLOCK_REALTIME, &real);
  clock_gettime(CLOCK_BOOTTIME, &up);
  return static_cast<double>(real.tv_sec - up.tv_sec) + static_cast<double>(real.tv_nsec - up.tv_nsec) / 1e9;
}

}  // namespace

MetricFamily SingleMetric(const char* name, const char* help, MetricType type, double value) {
  prometheus::ClientMetric metric;
  metric.counter.value = value;
  metric.gauge.value = value;
  return {name, help, type, {metric}};
}

std::vector<MetricFamily> ProcessMetrics() {
  std::vector<MetricFamily> out;
  const std::vector<std::string> fields = StatFields();
  if (fields.size() > 24) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    out.push_back(SingleMetric("pe_process_cpu_seconds_total", "Processor time that the engine has used.",
                               MetricType::Counter, (Number(fields, 14) + Number(fields, 15)) / ticks));
    out.push_back(SingleMetric("pe_process_resident_memory_bytes", "Memory of the engine that is resident.",
                               MetricType::Gauge, Number(fields, 24) * page));
    out.push_back(SingleMetric("pe_process_start_time_seconds", "When the engine was started, in seconds since 1970.",
                               MetricType::Gauge, BootTime() + Number(fields, 22) / ticks));
  }
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  if (!error) {
    const auto count = static_cast<double>(std::distance(begin(open), end(open)));
    out.push_back(SingleMetric("pe_process_open_fds", "Files and sockets that the engine has open.", MetricType::Gauge,
                               count - 1));  // without the one that looks
  }
  return out;
}

}  // namespace pe
