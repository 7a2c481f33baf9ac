// Checker: gives every node its type and every call its function. Internal to this room.
#ifndef BASE_EXPRESSION_CHECKER_H_
#define BASE_EXPRESSION_CHECKER_H_

#include <optional>

#include "base/expression/ast.h"
#include "base/expression/environment.h"
#include "base/expression/problem.h"

namespace pe::expression {

// The first thing that is wrong; nullopt when all is well.
std::optional<Problem> Check(const Environment& environment, Ast* ast);

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_CHECKER_H_
