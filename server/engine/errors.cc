#include "server/engine/errors.h"

#include <map>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace pe {
namespace {

constexpr char kDomain[] = "provision.dev";
constexpr int64_t kRestartMillis = 1000;  // a restart takes about as long

template <typename Detail>
void Attach(const Detail& detail, absl::Status* status) {
  status->SetPayload(absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name()),
                     absl::Cord(detail.SerializeAsString()));
}

absl::Status WithInfo(absl::Status status, absl::string_view reason,
                      const std::map<std::string, std::string>& metadata = {}) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(kDomain);
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  Attach(info, &status);
  return status;
}

absl::Status WithRetry(absl::Status status, int64_t millis) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(millis / 1000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(millis % 1000 * 1'000'000));
  Attach(retry, &status);
  return status;
}

absl::Status WithResource(absl::Status status, absl::string_view type, absl::string_view name) {
  google::rpc::ResourceInfo info;
  info.set_resource_type(std::string(type));
  info.set_resource_name(std::string(name));
  Attach(info, &status);
  return status;
}

}  // namespace

absl::Status InvalidRequest(const std::vector<Violation>& violations) {
  google::rpc::BadRequest bad;
  for (const Violation& violation : violations) {
    auto* out = bad.add_field_violations();
    out->set_field(violation.field);
    out->set_description(violation.description);
  }
  const Violation& first = violations.front();
  std::string message = absl::StrCat(first.field, first.field.empty() ? "" : ": ", first.description);
  if (violations.size() > 1) absl::StrAppend(&message, " (and ", violations.size() - 1, " more)");
  absl::Status status = absl::InvalidArgumentError(message);
  Attach(bad, &status);
  return status;
}

absl::Status NoSuch(absl::string_view type, absl::string_view name) {
  return WithResource(absl::NotFoundError(absl::StrCat("there is no ", name)), type, name);
}

absl::Status RequestIdReused(absl::string_view request_id, absl::string_view job) {
  return WithInfo(absl::AlreadyExistsError(absl::StrCat("request_id '", request_id, "' was used for ", job,
                                                        " with another request; use a new request_id for a new job")),
                  "REQUEST_ID_REUSED", {{"request_id", std::string(request_id)}, {"job", std::string(job)}});
}

absl::Status ResourceExists(absl::string_view name) {
  return WithResource(absl::AlreadyExistsError(absl::StrCat(name, " exists already; change it with UpdateResource")),
                      "provision.dev/Resource", name);
}

absl::Status EnvironmentExists(absl::string_view name) {
  return WithResource(absl::AlreadyExistsError(absl::StrCat(name, " exists already; change it with UpdateEnvironment")),
                      "provision.dev/Environment", name);
}

absl::Status EtagMismatch(absl::string_view name) {
  return WithInfo(
      absl::AbortedError(absl::StrCat(name, " was changed by somebody else; read it again and repeat the change")),
      "ETAG_MISMATCH", {{"name", std::string(name)}});
}

absl::Status Precondition(absl::string_view reason, absl::string_view message) {
  return WithInfo(absl::FailedPreconditionError(message), reason);
}

absl::Status CursorTooOld(int64_t oldest_available_seq) {
  return WithInfo(
      absl::OutOfRangeError(absl::StrCat("events before sequence ", oldest_available_seq,
                                         " are not kept any more: ask Status how the job stands, watch it without "
                                         "after_seq to begin with that, or watch with after_seq ",
                                         oldest_available_seq - 1)),
      "CURSOR_TOO_OLD", {{"oldest_available_seq", absl::StrCat(oldest_available_seq)}});
}

absl::Status Overloaded(absl::string_view reason, absl::string_view message, int64_t retry_after_ms) {
  return WithRetry(WithInfo(absl::ResourceExhaustedError(message), reason), retry_after_ms);
}

absl::Status StoreFailed(const absl::Status& status) {
  if (absl::IsResourceExhausted(status)) {
    return Overloaded(
        "STORE_FULL",
        absl::StrCat("the engine's database takes no writes (", status.message(),
                     "): free space on its disk. Work on hosts goes on meanwhile, reads are answered, and "
                     "writes are taken again within seconds of there being space"),
        kRestartMillis);
  }
  return absl::IsUnavailable(status) ? WithRetry(status, kRestartMillis) : status;
}

absl::Status StoreDetached(const absl::Status& why) {
  if (absl::IsResourceExhausted(why)) return StoreFailed(why);
  return WithRetry(
      WithInfo(absl::UnavailableError(absl::StrCat(
                   "the engine's database did not take a write (", why.message(),
                   "), and the engine is reading it anew: "
                   "try again in a moment; nothing of this call is stored. If it stays so, the engine's log says why")),
               "STORE_UNAVAILABLE"),
      kRestartMillis);
}

absl::Status Draining() {
  return WithRetry(
      WithInfo(absl::UnavailableError("the engine is shutting down; try again in a moment"), "ENGINE_DRAINING"),
      kRestartMillis);
}

absl::Status BadToken(bool missing) {
  return WithInfo(absl::UnauthenticatedError(
                      missing ? "this listener needs a bearer token: send 'authorization: Bearer TOKEN'"
                              : "the bearer token is not this engine's; it changes when the engine is started anew"),
                  missing ? "TOKEN_MISSING" : "TOKEN_WRONG");
}

absl::Status NotImplemented(absl::string_view what) {
  return WithInfo(absl::UnimplementedError(absl::StrCat(what, " is not implemented")), "NOT_IMPLEMENTED");
}

}  // namespace pe
