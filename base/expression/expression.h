// Expression: a statically typed subset of CEL, compiled once and evaluated often.
//
//   vars.port > 1024 && facts.os_id in ["debian", "ubuntu"]
//   vars.names.split(",")        size(facts.addresses) > 0 ? facts.addresses[0] : "127.0.0.1"
//
// Types: string, int (64 bits, overflow is an error), bool, list of strings; nothing converts by itself and there is no
// null. Operators: || && ! == != < <= > >= in + - * / % ?: [] and parentheses, with CEL's precedence. Functions: size
// contains startsWith endsWith split join lower upper trim int string, as f(a, b) or a.f(b). Errors are
// INVALID_ARGUMENT, "column N: " and a sentence that says what to do. A value type; const methods are thread-safe.
#ifndef BASE_EXPRESSION_EXPRESSION_H_
#define BASE_EXPRESSION_EXPRESSION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/expression/environment.h"
#include "base/expression/problem.h"
#include "base/expression/value.h"

namespace pe::expression {

struct Ast;

class Expression {
 public:
  static absl::StatusOr<Expression> Compile(absl::string_view text, const Environment& environment);
  // Of whole[begin, end), with columns counted in `whole`; for templates.
  static absl::StatusOr<Expression> CompilePart(absl::string_view whole, size_t begin, size_t end,
                                                const Environment& environment);

  Type type() const;
  // Names that it uses, each once.
  std::vector<std::string> Names() const;
  // It is a name and nothing else: "vars.password".
  bool IsName() const;

  // REQUIRES: `bindings` has every name, with the type that the environment declared.
  absl::StatusOr<Value> Evaluate(const Bindings& bindings) const;

 private:
  Expression(std::shared_ptr<const Ast> ast, std::string text, size_t offset, Origin origin)
      : ast_(std::move(ast)), text_(std::move(text)), offset_(offset), origin_(origin) {}

  std::shared_ptr<const Ast> ast_;
  std::string text_;  // of the expression alone
  size_t offset_;     // of it in the whole text
  Origin origin_;
};

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_EXPRESSION_H_
