// Parser: text to an Ast without types. Internal to this room.
//
//   conditional = or [ "?" conditional ":" conditional ]
//   or = and { "||" and }          and = relation { "&&" relation }
//   relation = sum { ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in") sum }
//   sum = product { ("+" | "-") product }     product = unary { ("*" | "/" | "%") unary }
//   unary = { "!" | "-" } postfix
//   postfix = primary { "[" conditional "]" | "." NAME "(" [ arguments ] ")" }
//   primary = INT | STRING | "true" | "false" | NAME "(" [ arguments ] ")" | NAME { "." NAME } | "[" [ arguments ] "]"
//   | "(" conditional ")"
#ifndef BASE_EXPRESSION_PARSER_H_
#define BASE_EXPRESSION_PARSER_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "base/expression/ast.h"
#include "base/expression/lexer.h"
#include "base/expression/problem.h"

namespace pe::expression {

class Parser {
 public:
  Parser(absl::string_view whole, size_t begin, size_t end);
  // Parses everything; nullopt on an error, which is then in problem().
  std::optional<Ast> Parse();
  const Problem& problem() const { return problem_; }

 private:
  // Each returns the index of a node, or -1 after an error.
  int Conditional();
  int Binary(int level);
  int Unary();
  int Postfix();
  int Primary();
  int NameOrCall();
  int Number(bool negative, size_t at);
  int Method(int receiver);
  int Called(int receiver);  // the current token is the function's name, the next one "("
  // Elements up to `close`, which is taken.
  bool Elements(absl::string_view close, std::vector<int>* out);
  bool Take(absl::string_view symbol);
  bool Expect(absl::string_view symbol);
  void Advance();
  int Add(Node node);
  int Fail(size_t at, std::string text);
  std::string Found() const;

  const absl::string_view whole_;
  Lexer lexer_;
  Token token_;  // the one that is looked at
  Token next_;   // and the one after it: `a.b(` is a call, `a.b` a name
  Ast ast_;
  Problem problem_;
  bool failed_ = false;
  int nesting_ = 0;
};

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_PARSER_H_
