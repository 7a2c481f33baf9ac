#include "client/cpp/error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace provision::client {
namespace {

// Whether `status` has a detail of this type that can be read.
template <typename Message>
bool Read(const absl::Status& status, Message* message) {
  const auto payload = status.GetPayload(absl::StrCat("type.googleapis.com/", Message::descriptor()->full_name()));
  return payload.has_value() && message->ParseFromString(std::string(*payload));
}

}  // namespace

ErrorDetails DetailsOf(const absl::Status& status) {
  ErrorDetails out;
  if (google::rpc::BadRequest bad; Read(status, &bad)) {
    for (const auto& violation : bad.field_violations()) {
      out.violations.push_back({.field = violation.field(), .description = violation.description()});
    }
  }
  if (google::rpc::ErrorInfo info; Read(status, &info)) {
    out.reason = info.reason();
    out.metadata.insert(info.metadata().begin(), info.metadata().end());
  }
  if (google::rpc::RetryInfo retry; Read(status, &retry)) {
    out.retry_after_ms = retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1'000'000;
  }
  if (google::rpc::ResourceInfo resource; Read(status, &resource)) {
    out.resource_type = resource.resource_type();
    out.resource_name = resource.resource_name();
  }
  return out;
}

}  // namespace provision::client
