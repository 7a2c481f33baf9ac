// Macros for absl::Status, which Abseil 20220623 does not have.
#ifndef BASE_STATUS_H_
#define BASE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

// Returns from the enclosing function when `expr` is not OK.
#define PE_RETURN_IF_ERROR(expr)             \
  do {                                       \
    absl::Status pe_status_ = (expr);        \
    if (!pe_status_.ok()) return pe_status_; \
  } while (false)

// `PE_ASSIGN_OR_RETURN(auto x, F())`: x is F()'s value, or the enclosing function returns its status.
#define PE_ASSIGN_OR_RETURN(lhs, expr) PE_ASSIGN_OR_RETURN_(PE_CONCAT_(pe_or_, __LINE__), lhs, expr)
#define PE_ASSIGN_OR_RETURN_(tmp, lhs, expr) \
  auto tmp = (expr);                         \
  if (!tmp.ok()) return tmp.status();        \
  lhs = std::move(tmp).value()
#define PE_CONCAT_(a, b) PE_CONCAT2_(a, b)
#define PE_CONCAT2_(a, b) a##b

namespace pe {

// The same status with "context: " before its message; payloads stay. OK stays OK.
inline absl::Status Annotate(const absl::Status& status, absl::string_view context) {
  if (status.ok()) return status;
  absl::Status out(status.code(), absl::StrCat(context, ": ", status.message()));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) { out.SetPayload(url, payload); });
  return out;
}

}  // namespace pe

#endif  // BASE_STATUS_H_
