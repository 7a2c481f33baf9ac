#include "base/expression/problem.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace pe::expression {

absl::Status ToStatus(const Problem& problem, absl::string_view whole) {
  const absl::string_view before = whole.substr(0, std::min(problem.at, whole.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const size_t line_start = lines == 0 ? 0 : before.rfind('\n') + 1;
  const std::string column = absl::StrCat("column ", before.size() - line_start + 1, ": ", problem.text);
  return absl::InvalidArgumentError(lines == 0 ? column : absl::StrCat("line ", lines + 1, ", ", column));
}

}  // namespace pe::expression
