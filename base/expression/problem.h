// Problem: what is wrong with an expression, and where.
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

// How much of a larger text comes before a part of it.
struct Origin {
  size_t lines = 0;    // whole lines
  size_t columns = 0;  // bytes of the line in which the part begins
};
Origin OriginOf(absl::string_view whole, size_t begin);

// INVALID_ARGUMENT "column 7: ...", or "line 2, column 3: ..." beyond the first line. `text` is what problem.at counts
// in, and begins at `origin`.
absl::Status ToStatus(const Problem& problem, absl::string_view text, Origin origin = {});

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_PROBLEM_H_
