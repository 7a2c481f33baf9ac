// Ast: a parsed expression, as nodes that name each other by index. Internal to this room.
#ifndef BASE_EXPRESSION_AST_H_
#define BASE_EXPRESSION_AST_H_

#include <string>
#include <vector>

#include "base/expression/functions.h"
#include "base/expression/value.h"

namespace pe::expression {

struct Node {
  enum class Kind { kLiteral, kName, kList, kAnd, kOr, kConditional, kCall };
  Kind kind = Kind::kLiteral;
  size_t at = 0;              // offset in the whole text, for errors
  std::string text;           // kName: the dotted name; kCall: the function's or operator's name
  Value literal;              // kLiteral
  std::vector<int> children;  // operands, arguments, elements
  int depth = 1;
  // Set by the checker.
  Type type = Type::kString;
  const Function* function = nullptr;  // kCall
};

struct Ast {
  std::vector<Node> nodes;
  int root = -1;
};

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_AST_H_
