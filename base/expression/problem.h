// Problem: what is wrong with an expression, and where. Internal to this room.
#ifndef BASE_EXPRESSION_PROBLEM_H_
#define BASE_EXPRESSION_PROBLEM_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace pe::expression {

struct Problem {
  size_t at = 0;     // byte offset in the whole text
  std::string text;  // a sentence without its end
};

// INVALID_ARGUMENT "column 7: ...", or "line 2, column 3: ..." beyond the first line of `whole`.
absl::Status ToStatus(const Problem& problem, absl::string_view whole);

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_PROBLEM_H_
