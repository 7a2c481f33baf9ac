#include "server/gateway/metrics.h"

#include "absl/strings/str_cat.h"

namespace pe::gateway {
namespace {

void Describe(std::string* out, const char* name, const char* type, const char* help) {
  absl::StrAppend(out, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
}

}  // namespace

void Metrics::Count(const std::string& what, int http_status, double seconds) {
  MutexLock lock(&mu_);
  ++requests_[{what, http_status}];
  Durations& durations = durations_[what];
  size_t bucket = 0;
  while (bucket < kBounds.size() && seconds > kBounds[bucket]) ++bucket;
  ++durations.counts[bucket];
  durations.sum += seconds;
}

void Metrics::ConnectionOpened() {
  MutexLock lock(&mu_);
  ++connections_;
}

void Metrics::ConnectionClosed() {
  MutexLock lock(&mu_);
  --connections_;
}

std::string Metrics::Text(bool engine_serves) const {
  MutexLock lock(&mu_);
  std::string out;
  Describe(&out, "pe_engine_up", "gauge", "Whether the engine behind the gateway serves calls.");
  absl::StrAppend(&out, "pe_engine_up ", engine_serves ? 1 : 0, "\n");
  Describe(&out, "pe_http_connections", "gauge", "Connections of clients that are open.");
  absl::StrAppend(&out, "pe_http_connections ", connections_, "\n");
  Describe(&out, "pe_http_requests_total", "counter", "Requests that have ended, by call and HTTP status.");
  for (const auto& [key, count] : requests_) {
    absl::StrAppend(&out, "pe_http_requests_total{call=\"", key.first, "\",code=\"", key.second, "\"} ", count, "\n");
  }
  Describe(&out, "pe_http_request_duration_seconds", "histogram", "How long requests took, streams included.");
  for (const auto& [what, durations] : durations_) {
    int64_t total = 0;
    for (size_t i = 0; i < durations.counts.size(); ++i) {
      total += durations.counts[i];
      const std::string bound = i < kBounds.size() ? absl::StrCat(kBounds[i]) : "+Inf";
      absl::StrAppend(&out, "pe_http_request_duration_seconds_bucket{call=\"", what, "\",le=\"", bound, "\"} ", total,
                      "\n");
    }
    absl::StrAppend(&out, "pe_http_request_duration_seconds_sum{call=\"", what, "\"} ", durations.sum, "\n");
    absl::StrAppend(&out, "pe_http_request_duration_seconds_count{call=\"", what, "\"} ", total, "\n");
  }
  return out;
}

}  // namespace pe::gateway
