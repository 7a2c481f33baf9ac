// The operators and functions of expressions, as rows of one table. `a.f(b)` is `f(a, b)`. Internal to this room.
#ifndef BASE_EXPRESSION_FUNCTIONS_H_
#define BASE_EXPRESSION_FUNCTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/expression/value.h"

namespace pe::expression {

using Arguments = std::vector<Value>;

struct Function {
  absl::string_view name;  // "size", "+", "[]"; unary minus is "neg"
  std::vector<Type> parameters;
  Type result;
  // The arguments have the parameters' types. Errors are INVALID_ARGUMENT with a sentence.
  absl::StatusOr<Value> (*apply)(Arguments& arguments);
};

// Every row; several may have one name. Operators are in operators.cc.
const std::vector<Function>& Functions();
std::vector<Function> OperatorRows();

// The row with this name and these types; null when there is none.
const Function* FindFunction(absl::string_view name, const std::vector<Type>& types);

// Why there is no such row, with what to do.
std::string ExplainMissing(absl::string_view name, const std::vector<Type>& types);

// The values, when they are within bounds.
absl::StatusOr<Value> Bounded(std::string text);
absl::StatusOr<Value> Bounded(List list);

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_FUNCTIONS_H_
