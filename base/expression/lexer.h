// Lexer: the words of an expression. Internal to this room.
#ifndef BASE_EXPRESSION_LEXER_H_
#define BASE_EXPRESSION_LEXER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "base/expression/problem.h"

namespace pe::expression {

struct Token {
  enum class Kind { kEnd, kName, kInt, kString, kSymbol, kBad };
  Kind kind = Kind::kEnd;
  size_t at = 0;
  std::string text;  // a string's is its value; a bad one's says what is wrong

  bool Is(absl::string_view symbol) const { return kind == Kind::kSymbol && text == symbol; }
};

class Lexer {
 public:
  // Reads whole[begin, end); offsets are those of `whole`, which outlives this.
  Lexer(absl::string_view whole, size_t begin, size_t end) : text_(whole.substr(0, end)), at_(begin) {}
  Token Next();

 private:
  Token Name();
  Token Int();
  Token String();
  Token Symbol();

  const absl::string_view text_;
  size_t at_;
};

// The offset behind the string literal that begins at `at`; npos when it is not closed.
size_t EndOfString(absl::string_view text, size_t at);

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_LEXER_H_
