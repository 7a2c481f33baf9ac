#include "server/api/api_errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "server/engine/errors.h"

namespace pe {
namespace {

template <typename Detail>
void Attach(absl::Status* status, const Detail& detail) {
  status->SetPayload(absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name()),
                     absl::Cord(detail.SerializeAsString()));
}

constexpr int kRetrySeconds = 1;  // a restart takes about as long

}  // namespace

absl::Status WithReason(absl::Status status, absl::string_view reason,
                        const std::map<std::string, std::string>& metadata) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain("provision.dev");
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  Attach(&status, info);
  return status;
}

absl::Status InvalidField(absl::string_view field, const absl::Status& problem) {
  return InvalidRequest({{std::string(field), std::string(problem.message())}});
}

absl::Status NotPermitted(absl::string_view method) {
  return WithReason(absl::PermissionDeniedError(absl::StrCat("the method ", method, " may not be called")),
                    "METHOD_NOT_PERMITTED", {{"method", std::string(method)}});
}

absl::Status UnreadableRequest(absl::string_view type) {
  return WithReason(absl::InvalidArgumentError(absl::StrCat("the request is not a ", type, " in protobuf encoding")),
                    "UNREADABLE_REQUEST");
}

absl::Status SlowReader(int64_t last_seq) {
  return WithReason(
      absl::AbortedError(absl::StrCat("the watcher took no message for too long; resume with after_seq ", last_seq)),
      "SLOW_READER", {{"last_seq", absl::StrCat(last_seq)}});
}

absl::Status WatchDrained(int64_t last_seq) {
  absl::Status status =
      WithReason(absl::UnavailableError(
                     absl::StrCat("the engine is shutting down; the job goes on. Resume with after_seq ", last_seq)),
                 "ENGINE_DRAINING", {{"last_seq", absl::StrCat(last_seq)}});
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(kRetrySeconds);
  Attach(&status, retry);
  return status;
}

absl::Status LogHole(int64_t expected_seq, int64_t found_seq) {
  return WithReason(absl::DataLossError(absl::StrCat("the job's log has event ", found_seq, " where ", expected_seq,
                                                     " belongs; this is a defect of the engine: please report it")),
                    "LOG_HOLE", {{"expected_seq", absl::StrCat(expected_seq)}, {"found_seq", absl::StrCat(found_seq)}});
}

}  // namespace pe
