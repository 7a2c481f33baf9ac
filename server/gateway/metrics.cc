#include "server/gateway/metrics.h"

#include <prometheus/text_serializer.h>

#include "absl/strings/str_cat.h"

namespace pe::gateway {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

// From a page's file to a stream that lasts.
const prometheus::Histogram::BucketBoundaries kSeconds = {0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60};

}  // namespace

Metrics::Metrics()
    : engine_up_(BuildGauge()
                     .Name("pe_engine_up")
                     .Help("Whether the engine behind the gateway serves calls.")
                     .Register(registry_)
                     .Add({})),
      connections_(BuildGauge()
                       .Name("pe_http_connections")
                       .Help("Connections of clients that are open.")
                       .Register(registry_)
                       .Add({})),
      requests_(BuildCounter()
                    .Name("pe_http_requests_total")
                    .Help("Requests that have ended, by call and HTTP status.")
                    .Register(registry_)),
      durations_(BuildHistogram()
                     .Name("pe_http_request_duration_seconds")
                     .Help("How long requests took, streams included.")
                     .Register(registry_)) {}

void Metrics::Count(const std::string& what, int http_status, double seconds) {
  requests_.Add({{"call", what}, {"code", absl::StrCat(http_status)}}).Increment();
  durations_.Add({{"call", what}}, kSeconds).Observe(seconds);
}

std::string Metrics::Text() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

}  // namespace pe::gateway
