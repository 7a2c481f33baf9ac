// URLs as requests carry them: splitting and percent-decoding. Pure; thread-safe.
#ifndef SERVER_GATEWAY_URL_H_
#define SERVER_GATEWAY_URL_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe::gateway {

enum class Decode {
  kAll,         // every %XX
  kKeepSlash,   // %2F stays, in upper case: it is data within a segment of a path of several
  kPlusIsSpace  // every %XX, and '+' as forms write a space
};

// INVALID_ARGUMENT for '%' without two hexadecimal digits, and for what is not UTF-8 or holds NUL.
absl::StatusOr<std::string> PercentDecode(absl::string_view text, Decode how);

// Splits a request target at '?'; a fragment is not sent by clients and is part of the query if it is.
struct Target {
  absl::string_view path;
  absl::string_view query;
};
Target SplitTarget(absl::string_view target);

// The segments of a path that begins with '/', undecoded; empty for any other.
std::vector<absl::string_view> SplitPath(absl::string_view path);

// Names and values in order, decoded; "a" is the same as "a=".
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseQuery(absl::string_view query);

// Whether `text` is UTF-8 without NUL, as a string field may hold it.
bool IsText(absl::string_view text);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_URL_H_
