#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/agent/steps/step.h"

namespace pe::agent {
namespace {

// Type URLs of the payloads; private to the agent.
constexpr char kCode[] = "provision.agent/error_code";
constexpr char kHint[] = "provision.agent/hint";
constexpr char kExit[] = "provision.agent/exit_code";

std::string Payload(const absl::Status& status, absl::string_view url) {
  const auto payload = status.GetPayload(url);
  return payload ? std::string(*payload) : std::string();
}

}  // namespace

absl::Status StepError(absl::StatusCode code, absl::string_view error_code, absl::string_view message,
                       absl::string_view hint, std::optional<int> exit_code) {
  absl::Status status(code, message);
  status.SetPayload(kCode, absl::Cord(error_code));
  if (!hint.empty()) status.SetPayload(kHint, absl::Cord(hint));
  if (exit_code) status.SetPayload(kExit, absl::Cord(absl::StrCat(*exit_code)));
  return status;
}

StepErrorDetails DetailsOf(const absl::Status& status) {
  StepErrorDetails details{.error_code = Payload(status, kCode), .hint = Payload(status, kHint)};
  if (details.error_code.empty()) details.error_code = "STEP_FAILED";
  int exit_code = 0;
  if (absl::SimpleAtoi(Payload(status, kExit), &exit_code)) details.exit_code = exit_code;
  return details;
}

}  // namespace pe::agent
