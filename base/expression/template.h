// Template: text with `${EXPRESSION}` in it. `$${` is a literal `${`; a `$` before anything else is itself.
// Errors as Expression's, with line and column in the whole text. A value type; const methods are thread-safe.
#ifndef BASE_EXPRESSION_TEMPLATE_H_
#define BASE_EXPRESSION_TEMPLATE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/expression/environment.h"
#include "base/expression/expression.h"
#include "base/expression/value.h"

namespace pe::expression {

class Template {
 public:
  // A literal, or an expression of type string, int or bool.
  struct Piece {
    std::string literal;
    std::optional<Expression> expression;
  };

  static absl::StatusOr<Template> Parse(absl::string_view text, const Environment& environment);
  // Whether a text has anything for Parse to do: it contains "${".
  static bool Needed(absl::string_view text);

  const std::vector<Piece>& pieces() const { return pieces_; }
  // The text with every expression replaced by its value; at most 1 MiB.
  absl::StatusOr<std::string> Render(const Bindings& bindings) const;

 private:
  std::vector<Piece> pieces_;
};

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_TEMPLATE_H_
