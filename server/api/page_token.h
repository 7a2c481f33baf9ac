// Page tokens: opaque to callers, bound to the list and the filter they were given for. Pure; thread-safe.
// A token is base64url of: version, 8 bytes that name list and filter, the store's cursor, 8 bytes of checksum.
#ifndef SERVER_API_PAGE_TOKEN_H_
#define SERVER_API_PAGE_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe {

// `list` is the kind of list ("jobs"), `filter` its filter as the caller wrote it. An empty cursor (the last page)
// gives an empty token.
std::string MakePageToken(absl::string_view list, absl::string_view filter, absl::string_view cursor);

// The cursor of a token; empty for an empty token (the first page). INVALID_ARGUMENT, with a message that says what to
// do, when the token was altered or belongs to another list or filter.
absl::StatusOr<std::string> ReadPageToken(absl::string_view list, absl::string_view filter, absl::string_view token);

}  // namespace pe

#endif  // SERVER_API_PAGE_TOKEN_H_
