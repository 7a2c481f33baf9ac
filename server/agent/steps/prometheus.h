// The one question that probes ask of Prometheus: what did its scrapes of a target say, and when? Pure.
//
// `up` alone may be an old answer: Prometheus goes on telling a series' last sample for five minutes. So the question
// is about samples with their times, all times being of Prometheus' own clock.
#ifndef SERVER_AGENT_STEPS_PROMETHEUS_H_
#define SERVER_AGENT_STEPS_PROMETHEUS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe::agent {

struct UpAnswer {
  struct Scrape {
    std::string up;     // "1", or "0" when the target could not be scraped
    double at_s = 0.0;  // when the scrape began
  };
  double now_s = 0.0;           // when the question was answered
  std::vector<Scrape> scrapes;  // the last one of each target with this instance label
};

// Path and query of the API call, below the server's base URL.
std::string UpQuery(absl::string_view instance);

// UNAVAILABLE for what is no answer to it.
absl::StatusOr<UpAnswer> ParseUp(const std::string& body);

// The lowest `up` of the scrapes that began after `since_s`; nullopt when there is none yet.
std::optional<std::string> UpSince(const UpAnswer& answer, double since_s);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_PROMETHEUS_H_
