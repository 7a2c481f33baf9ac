// The one question that probes ask of Prometheus: is the target up? Pure.
#ifndef SERVER_AGENT_STEPS_PROMETHEUS_H_
#define SERVER_AGENT_STEPS_PROMETHEUS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe::agent {

// Path and query of the API call, below the server's base URL.
std::string UpQuery(absl::string_view instance);

// The lowest value of `up` in the answer ("0" or "1"); nullopt when it has no such target. UNAVAILABLE for what is no
// answer.
absl::StatusOr<std::optional<std::string>> ParseUp(const std::string& body);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_PROMETHEUS_H_
