// Evaluator: the value of a checked Ast. Internal to this room.
#ifndef BASE_EXPRESSION_EVALUATOR_H_
#define BASE_EXPRESSION_EVALUATOR_H_

#include <variant>

#include "base/expression/ast.h"
#include "base/expression/problem.h"
#include "base/expression/value.h"

namespace pe::expression {

// `&&`, `||` and `?:` look only at what they need; everything else evaluates all operands, left to right.
std::variant<Value, Problem> Evaluate(const Ast& ast, const Bindings& bindings);

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_EVALUATOR_H_
