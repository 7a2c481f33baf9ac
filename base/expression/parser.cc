#include "base/expression/parser.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/expression/limits.h"
#include "base/text.h"

namespace pe::expression {
namespace {

constexpr int kLevels = 5;

// The level of a binary operator, from 0 (loosest); -1 when it is none.
int LevelOf(const Token& token) {
  if (token.kind == Token::Kind::kName) return token.text == "in" ? 2 : -1;
  if (token.kind != Token::Kind::kSymbol) return -1;
  const std::string& s = token.text;
  if (s == "||") return 0;
  if (s == "&&") return 1;
  if (s == "==" || s == "!=" || s == "<" || s == "<=" || s == ">" || s == ">=") return 2;
  if (s == "+" || s == "-") return 3;
  if (s == "*" || s == "/" || s == "%") return 4;
  return -1;
}

}  // namespace

Parser::Parser(absl::string_view whole, size_t begin, size_t end) : whole_(whole), lexer_(whole, begin, end) {
  next_ = lexer_.Next();
  Advance();
}

std::optional<Ast> Parser::Parse() {
  const int root = Conditional();
  if (root >= 0 && token_.kind != Token::Kind::kEnd)
    Fail(token_.at, absl::StrCat("expected an operator or the end, found ", Found()));
  if (failed_) return std::nullopt;
  ast_.root = root;
  return std::move(ast_);
}

int Parser::Conditional() {
  if (++nesting_ > kMaxDepth) return Fail(token_.at, "too deeply nested");
  int out = Binary(0);
  const size_t at = token_.at;
  if (out >= 0 && Take("?")) {
    const int then = Conditional();
    if (then < 0 || !Expect(":")) return -1;
    const int otherwise = Conditional();
    if (otherwise < 0) return -1;
    out = Add({.kind = Node::Kind::kConditional, .at = at, .children = {out, then, otherwise}});
  }
  --nesting_;
  return out;
}

int Parser::Binary(int level) {
  if (level == kLevels) return Unary();
  int left = Binary(level + 1);
  while (left >= 0 && LevelOf(token_) == level) {
    const Token op = token_;
    Advance();
    const int right = Binary(level + 1);
    if (right < 0) return -1;
    const auto kind = level == 0 ? Node::Kind::kOr : level == 1 ? Node::Kind::kAnd : Node::Kind::kCall;
    left = Add({.kind = kind, .at = op.at, .text = op.text, .children = {left, right}});
  }
  return left;
}

int Parser::Unary() {
  const size_t at = token_.at;
  if (!token_.Is("!") && !token_.Is("-")) return Postfix();
  if (++nesting_ > kMaxDepth) return Fail(at, "too deeply nested");
  const bool negate = token_.Is("-");
  Advance();
  if (negate && token_.kind == Token::Kind::kInt) return --nesting_, Number(/*negative=*/true, at);
  const int operand = Unary();
  --nesting_;
  return operand < 0 ? -1
                     : Add({.kind = Node::Kind::kCall, .at = at, .text = negate ? "neg" : "!", .children = {operand}});
}

int Parser::Postfix() {
  int out = Primary();
  while (out >= 0 && (token_.Is("[") || token_.Is("."))) {
    const size_t at = token_.at;
    if (token_.Is(".")) {
      out = Method(out);
      continue;
    }
    Advance();
    const int index = Conditional();
    if (index < 0 || !Expect("]")) return -1;
    out = Add({.kind = Node::Kind::kCall, .at = at, .text = "[]", .children = {out, index}});
  }
  return out;
}

int Parser::Method(int receiver) {
  Advance();  // "."
  if (token_.kind == Token::Kind::kName && next_.Is("(")) return Called(receiver);
  return Fail(token_.at, absl::StrCat("expected a function call after `.`, found ", Found()));
}

int Parser::Called(int receiver) {
  const Token name = token_;
  Advance(), Advance();  // name and "("
  std::vector<int> arguments = {receiver};
  if (!Elements(")", &arguments)) return -1;
  return Add({.kind = Node::Kind::kCall, .at = name.at, .text = name.text, .children = std::move(arguments)});
}

int Parser::Primary() {
  const Token token = token_;
  switch (token.kind) {
    case Token::Kind::kInt:
      return Number(/*negative=*/false, token.at);
    case Token::Kind::kString:
      Advance();
      return Add({.at = token.at, .literal = token.text});
    case Token::Kind::kName:
      return NameOrCall();
    case Token::Kind::kSymbol:
      break;
    default:
      return Fail(token.at, absl::StrCat("expected a value, found ", Found()));
  }
  if (Take("(")) {
    const int inner = Conditional();
    return inner >= 0 && Expect(")") ? inner : -1;
  }
  if (!Take("[")) return Fail(token.at, absl::StrCat("expected a value, found ", Found()));
  std::vector<int> elements;
  if (!Elements("]", &elements)) return -1;
  return Add({.kind = Node::Kind::kList, .at = token.at, .children = std::move(elements)});
}

int Parser::NameOrCall() {
  const size_t at = token_.at;
  std::string name = token_.text;
  Advance();
  if (name == "true" || name == "false") return Add({.at = at, .literal = name == "true"});
  if (Take("(")) {
    std::vector<int> arguments;
    if (!Elements(")", &arguments)) return -1;
    return Add({.kind = Node::Kind::kCall, .at = at, .text = std::move(name), .children = std::move(arguments)});
  }
  // The parts of a dotted name end where one is called: `vars.x.size()`. The lexer looks one token ahead, so whether a
  // part is called is seen when the part itself is looked at; the call is then made here and Postfix goes on behind it.
  while (token_.Is(".") && next_.kind == Token::Kind::kName) {
    Advance();
    if (next_.Is("(")) {
      const int receiver = Add({.kind = Node::Kind::kName, .at = at, .text = std::move(name)});
      return receiver < 0 ? -1 : Called(receiver);
    }
    absl::StrAppend(&name, ".", token_.text);
    Advance();
  }
  return Add({.kind = Node::Kind::kName, .at = at, .text = std::move(name)});
}

int Parser::Number(bool negative, size_t at) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(absl::StrCat(negative ? "-" : "", token_.text), &value))
    return Fail(at, "the number does not fit into 64 bits");
  Advance();
  return Add({.at = at, .literal = value});
}

bool Parser::Elements(absl::string_view close, std::vector<int>* out) {
  if (Take(close)) return true;
  do {
    const int element = Conditional();
    if (element < 0) return false;
    out->push_back(element);
  } while (Take(","));
  return Expect(close);
}

bool Parser::Take(absl::string_view symbol) {
  if (!token_.Is(symbol)) return false;
  Advance();
  return true;
}

bool Parser::Expect(absl::string_view symbol) {
  if (Take(symbol)) return true;
  Fail(token_.at, absl::StrCat("expected `", symbol, "`, found ", Found()));
  return false;
}

void Parser::Advance() {
  token_ = std::move(next_);
  next_ = token_.kind == Token::Kind::kEnd || token_.kind == Token::Kind::kBad ? token_ : lexer_.Next();
}

int Parser::Add(Node node) {
  for (const int child : node.children) node.depth = std::max(node.depth, ast_.nodes[child].depth + 1);
  if (node.depth > kMaxDepth) return Fail(node.at, "too deeply nested");
  ast_.nodes.push_back(std::move(node));
  return static_cast<int>(ast_.nodes.size()) - 1;
}

int Parser::Fail(size_t at, std::string text) {
  if (!failed_ && token_.kind == Token::Kind::kBad) at = token_.at, text = token_.text;
  if (!failed_) problem_ = {at, std::move(text)};
  failed_ = true;
  return -1;
}

std::string Parser::Found() const {
  switch (token_.kind) {
    case Token::Kind::kEnd:
      return "the end";
    case Token::Kind::kString:
      return "a text";
    default:
      return absl::StrCat("`", Shorten(Printable(token_.text), 40), "`");
  }
}

}  // namespace pe::expression
