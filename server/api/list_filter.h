// The filters of lists, parsed. Pure; thread-safe. Errors are INVALID_ARGUMENT with the column and what was expected.
#ifndef SERVER_API_LIST_FILTER_H_
#define SERVER_API_LIST_FILTER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/store.h"

namespace pe {

// filter = [ term { "AND" term } ]   term = FIELD "=" VALUE   VALUE = word | '"' text '"'
// FIELD is state, environment, service or resource, each at most once; a state by its name (RUNNING). In quotes, \" and
// \\.
absl::StatusOr<JobFilter> ParseJobFilter(absl::string_view text);

// "key=value,key=value", each key once; empty text gives no labels.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseLabelSelector(absl::string_view text);

}  // namespace pe

#endif  // SERVER_API_LIST_FILTER_H_
