#include "base/expression/lexer.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"

namespace pe::expression {
namespace {

bool IsNameStart(char c) { return absl::ascii_isalpha(c) || c == '_'; }
bool IsNamePart(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// The character that \c stands for; 0 when there is none.
char Escaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case '\\':
    case '"':
    case '\'':
      return c;
    default:
      return 0;
  }
}

}  // namespace

Token Lexer::Next() {
  while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
  if (at_ == text_.size()) return {.kind = Token::Kind::kEnd, .at = at_};
  const char c = text_[at_];
  if (IsNameStart(c)) return Name();
  if (absl::ascii_isdigit(c)) return Int();
  if (c == '"' || c == '\'') return String();
  return Symbol();
}

Token Lexer::Name() {
  Token token{.kind = Token::Kind::kName, .at = at_};
  while (at_ < text_.size() && IsNamePart(text_[at_])) token.text += text_[at_++];
  return token;
}

Token Lexer::Int() {
  Token token{.kind = Token::Kind::kInt, .at = at_};
  while (at_ < text_.size() && IsNamePart(text_[at_])) token.text += text_[at_++];
  for (const char c : token.text) {
    if (!absl::ascii_isdigit(c))
      return {
          .kind = Token::Kind::kBad, .at = token.at, .text = absl::StrCat("`", token.text, "` is not a whole number")};
  }
  return token;
}

Token Lexer::String() {
  Token token{.kind = Token::Kind::kString, .at = at_};
  const char quote = text_[at_++];
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == quote) return ++at_, token;
    if (text_[at_] != '\\') {
      token.text += text_[at_];
      continue;
    }
    const size_t escape = at_++;
    const char value = at_ < text_.size() ? Escaped(text_[at_]) : 0;
    if (value == 0)
      return {
          .kind = Token::Kind::kBad, .at = escape, .text = "unknown escape; there are \\n \\t \\r \\\\ \\\" and \\'"};
    token.text += value;
  }
  return {.kind = Token::Kind::kBad, .at = token.at, .text = "the quote is not closed"};
}

Token Lexer::Symbol() {
  static constexpr absl::string_view kTwo[] = {"||", "&&", "==", "!=", "<=", ">="};
  const absl::string_view rest = text_.substr(at_);
  Token token{.kind = Token::Kind::kSymbol, .at = at_};
  for (const absl::string_view symbol : kTwo) {
    if (absl::StartsWith(rest, symbol)) return token.text = std::string(symbol), at_ += 2, token;
  }
  if (absl::string_view("!<>+-*/%?:()[],.").find(rest[0]) != absl::string_view::npos)
    return token.text = std::string(1, rest[0]), ++at_, token;
  token.kind = Token::Kind::kBad;
  token.text = absl::StrCat("unexpected `", Printable(rest.substr(0, 1)), "`",
                            rest[0] == '='   ? "; equality is `==`"
                            : rest[0] == '&' ? "; and is `&&`"
                            : rest[0] == '|' ? "; or is `||`"
                                             : "");
  return token;
}

size_t EndOfString(absl::string_view text, size_t at) {
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (text[at] == quote) return at + 1;
    if (text[at] == '\\') ++at;
  }
  return absl::string_view::npos;
}

}  // namespace pe::expression
