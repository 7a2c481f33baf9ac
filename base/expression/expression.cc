#include "base/expression/expression.h"

#include <algorithm>

#include "base/expression/ast.h"
#include "base/expression/checker.h"
#include "base/expression/evaluator.h"
#include "base/expression/limits.h"
#include "base/expression/parser.h"

namespace pe::expression {

absl::StatusOr<Expression> Expression::Compile(absl::string_view text, const Environment& environment) {
  return CompilePart(text, 0, text.size(), environment);
}

absl::StatusOr<Expression> Expression::CompilePart(absl::string_view whole, size_t begin, size_t end,
                                                   const Environment& environment) {
  if (end - begin > kMaxExpressionBytes) return ToStatus({begin, "the expression is longer than 4096 bytes"}, whole);
  Parser parser(whole, begin, end);
  std::optional<Ast> ast = parser.Parse();
  if (!ast.has_value()) return ToStatus(parser.problem(), whole);
  if (const auto problem = Check(environment, &*ast)) return ToStatus(*problem, whole);
  return Expression(std::make_shared<const Ast>(*std::move(ast)), std::string(whole.substr(begin, end - begin)), begin,
                    OriginOf(whole, begin));
}

Type Expression::type() const { return ast_->nodes[ast_->root].type; }

std::vector<std::string> Expression::Names() const {
  std::vector<std::string> out;
  for (const Node& node : ast_->nodes) {
    if (node.kind == Node::Kind::kName && std::find(out.begin(), out.end(), node.text) == out.end())
      out.push_back(node.text);
  }
  return out;
}

bool Expression::IsName() const { return ast_->nodes[ast_->root].kind == Node::Kind::kName; }

absl::StatusOr<Value> Expression::Evaluate(const Bindings& bindings) const {
  std::variant<Value, Problem> result = expression::Evaluate(*ast_, bindings);
  if (auto* problem = std::get_if<Problem>(&result)) return problem->at -= offset_, ToStatus(*problem, text_, origin_);
  return std::get<Value>(std::move(result));
}

}  // namespace pe::expression
