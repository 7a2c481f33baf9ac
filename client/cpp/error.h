// What the engine says about an error beyond its code and message: google.rpc details, decoded.
// Calls of the client return absl::Status with the details as payloads, keyed by type URL.
// Pure; thread-safe.
#ifndef CLIENT_CPP_ERROR_H_
#define CLIENT_CPP_ERROR_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace provision::client {

// One thing that is wrong with a request.
struct FieldViolation {
  std::string field;        // path in proto names: "spec.steps[3].file.path"
  std::string description;  // what is wrong and what to do
};

struct ErrorDetails {
  std::vector<FieldViolation> violations;       // BadRequest
  std::string reason;                           // ErrorInfo: UPPER_SNAKE_CASE
  std::map<std::string, std::string> metadata;  // ErrorInfo
  std::optional<int64_t> retry_after_ms;        // RetryInfo
  std::string resource_type;                    // ResourceInfo: "provision.dev/Job"
  std::string resource_name;                    // ResourceInfo
};

// Empty for a status without details; what cannot be decoded is left out.
ErrorDetails DetailsOf(const absl::Status& status);

}  // namespace provision::client

#endif  // CLIENT_CPP_ERROR_H_
