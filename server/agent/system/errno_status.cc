#include "server/agent/system/errno_status.h"

#include <errno.h>
#include <string.h>

#include "absl/strings/str_cat.h"

namespace pe::agent {
namespace {

absl::StatusCode CodeOf(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::StatusCode::kNotFound;
    case EACCES:
    case EPERM:
      return absl::StatusCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
      return absl::StatusCode::kResourceExhausted;
    case EROFS:
      return absl::StatusCode::kFailedPrecondition;
    default:
      return absl::StatusCode::kUnknown;
  }
}

}  // namespace

absl::Status ErrnoStatus(int error, absl::string_view what) {
  const char* name = strerrorname_np(error);
  const char* text = strerrordesc_np(error);
  return absl::Status(CodeOf(error),
                      absl::StrCat(what, ": ", text != nullptr ? text : "error", " (",
                                   name != nullptr ? std::string(name) : absl::StrCat("errno ", error), ")"));
}

}  // namespace pe::agent
