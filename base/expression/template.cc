#include "base/expression/template.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/expression/lexer.h"
#include "base/expression/limits.h"
#include "base/expression/problem.h"
#include "base/status.h"

namespace pe::expression {
namespace {

// The offset of the "}" that closes the expression that begins at `at`; npos when there is none. Those in quotes do not
// count.
size_t EndOfExpression(absl::string_view text, size_t at) {
  while (at < text.size() && text[at] != '}') {
    at = text[at] == '"' || text[at] == '\'' ? EndOfString(text, at) : at + 1;
    if (at == absl::string_view::npos) return at;
  }
  return at < text.size() ? at : absl::string_view::npos;
}

absl::StatusOr<Expression> CompilePiece(absl::string_view text, size_t begin, size_t end,
                                        const Environment& environment) {
  PE_ASSIGN_OR_RETURN(Expression expression, Expression::CompilePart(text, begin, end, environment));
  if (expression.type() == Type::kList)
    return ToStatus({begin, "a list has no text of its own; join(LIST, \",\") makes one"}, text);
  return expression;
}

}  // namespace

bool Template::Needed(absl::string_view text) { return absl::StrContains(text, "${"); }

absl::StatusOr<Template> Template::Parse(absl::string_view text, const Environment& environment) {
  Template out;
  std::string literal;
  size_t at = 0;
  for (size_t dollar = text.find("${"); dollar != absl::string_view::npos; dollar = text.find("${", at)) {
    if (dollar > at && text[dollar - 1] == '$') {
      absl::StrAppend(&literal, text.substr(at, dollar - 1 - at), "${");
      at = dollar + 2;
      continue;
    }
    absl::StrAppend(&literal, text.substr(at, dollar - at));
    const size_t end = EndOfExpression(text, dollar + 2);
    if (end == absl::string_view::npos)
      return ToStatus({dollar, "`${` is not closed by `}`; a literal `${` is written `$${`"}, text);
    PE_ASSIGN_OR_RETURN(Expression expression, CompilePiece(text, dollar + 2, end, environment));
    if (!literal.empty()) out.pieces_.push_back({.literal = std::move(literal)});
    literal.clear();
    out.pieces_.push_back({.expression = std::move(expression)});
    if (out.pieces_.size() > kMaxPieces)
      return ToStatus({dollar, absl::StrCat("more than ", kMaxPieces, " pieces in one text")}, text);
    at = end + 1;
  }
  absl::StrAppend(&literal, text.substr(at));
  if (!literal.empty()) out.pieces_.push_back({.literal = std::move(literal)});
  return out;
}

absl::StatusOr<std::string> Template::Render(const Bindings& bindings) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    if (piece.expression.has_value()) {
      PE_ASSIGN_OR_RETURN(const Value value, piece.expression->Evaluate(bindings));
      out += ToText(value);
    } else {
      out += piece.literal;
    }
    if (out.size() > kMaxTextBytes)
      return absl::InvalidArgumentError("the text is larger than 1 MiB once its variables are in it");
  }
  return out;
}

}  // namespace pe::expression
