#include "server/api/status_convert.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/api/limits.h"

namespace pe {
namespace {

constexpr char kPrefix[] = "type.googleapis.com/";

// A BadRequest of at most `room` bytes.
std::string Trimmed(const std::string& bytes, size_t room) {
  google::rpc::BadRequest all, kept;
  if (!all.ParseFromString(bytes)) return "";
  size_t used = 128;  // for the last one, which counts
  for (const auto& violation : all.field_violations()) {
    auto shortened = violation;
    shortened.set_description(Shorten(violation.description(), 512));
    shortened.set_field(Shorten(violation.field(), 256));
    used += shortened.ByteSizeLong() + 4;
    if (used > room) break;
    *kept.add_field_violations() = shortened;
  }
  if (kept.field_violations_size() == 0) return "";
  if (const int left = all.field_violations_size() - kept.field_violations_size(); left > 0) {
    auto* last = kept.add_field_violations();
    last->set_field(all.field_violations(kept.field_violations_size() - 1).field().substr(0, 64));
    last->set_description(absl::StrCat("and ", left, " more violations, which do not fit; mend these first"));
  }
  return kept.SerializeAsString();
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  const std::string message = Shorten(ToAbsl(ToStd(status.message())), kMaxErrorMessageBytes);
  google::rpc::Status details;
  details.set_code(static_cast<int>(code));
  details.set_message(message);
  size_t room = kMaxErrorDetailBytes;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    if (!absl::StartsWith(url, kPrefix)) return;
    std::string bytes(payload);
    if (bytes.size() > room) {
      const bool can_trim = url.substr(sizeof(kPrefix) - 1) == google::rpc::BadRequest::descriptor()->full_name();
      bytes = can_trim ? Trimmed(bytes, room) : "";
      if (bytes.empty()) return;
    }
    room -= std::min(room, bytes.size());
    auto* any = details.add_details();
    any->set_type_url(std::string(url));
    any->set_value(std::move(bytes));
  });
  return grpc::Status(code, message, details.details_size() > 0 ? details.SerializeAsString() : "");
}

}  // namespace pe
