#include "base/expression/problem.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace pe::expression {

Origin OriginOf(absl::string_view whole, size_t begin) {
  const absl::string_view before = whole.substr(0, std::min(begin, whole.size()));
  const auto lines = static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  return {lines, lines == 0 ? before.size() : before.size() - before.rfind('\n') - 1};
}

absl::Status ToStatus(const Problem& problem, absl::string_view text, Origin origin) {
  const Origin within = OriginOf(text, problem.at);
  const size_t lines = origin.lines + within.lines;
  const size_t column = within.columns + (within.lines == 0 ? origin.columns : 0) + 1;
  const std::string where = absl::StrCat("column ", column, ": ", problem.text);
  return absl::InvalidArgumentError(lines == 0 ? where : absl::StrCat("line ", lines + 1, ", ", where));
}

}  // namespace pe::expression
