// What hostile texts meet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "base/expression/limits.h"
#include "tests/unit/expression/evaluate.h"

namespace pe::expression {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

std::string Repeat(absl::string_view part, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) absl::StrAppend(&out, part);
  return out;
}

TEST(Bounds, DepthOfEveryKindOfNesting) {
  for (const char* opening : {"(", "[", "!", "-", "size(", "true ? ", "vars.names["}) {
    EXPECT_THAT(Evaluate(Repeat(opening, 300)), HasSubstr("too deeply nested")) << opening;
  }
  EXPECT_THAT(Evaluate(absl::StrCat("1", Repeat(" + 1", 300))), HasSubstr("too deeply nested"));
  EXPECT_THAT(Evaluate(absl::StrCat("'a'", Repeat(".upper()", 300))), HasSubstr("too deeply nested"));
  EXPECT_EQ(Evaluate(absl::StrCat(Repeat("(", 50), "1", Repeat(")", 50))), "int:1");
  EXPECT_EQ(Evaluate(absl::StrCat("1", Repeat(" + 1", 90))), "int:91");
}

TEST(Bounds, LengthOfAnExpression) {
  EXPECT_EQ(Evaluate(std::string(5000, ' ')), "compile: column 1: the expression is longer than 4096 bytes");
  EXPECT_THAT(Evaluate(std::string(4096, 'a')), HasSubstr("is not known"));
}

TEST(Bounds, SizeOfValues) {
  Environment environment;
  environment.Declare("vars.x", Type::kString);
  Bindings bindings;
  bindings.Set("vars.x", std::string(kMaxTextBytes - 10, 'x'));
  const auto evaluate = [&](absl::string_view text) {
    return Expression::Compile(text, environment)->Evaluate(bindings).status();
  };
  EXPECT_THAT(std::string(evaluate("vars.x + vars.x").message()), EndsWith("the result is larger than 1 MiB"));
  EXPECT_THAT(std::string(evaluate("split(vars.x, 'x')").message()), EndsWith("the list has more than 10000 elements"));
  EXPECT_THAT(std::string(evaluate("join([vars.x, vars.x], '')").message()),
              EndsWith("the result is larger than 1 MiB"));
  EXPECT_TRUE(evaluate("vars.x + 'abc'").ok());
  EXPECT_FALSE(Template::Parse("${vars.x} and ${vars.x}", environment)->Render(bindings).ok());
  bindings.Set("vars.x", std::string(kMaxTextBytes + 1, 'x'));
  EXPECT_THAT(std::string(evaluate("size(vars.x)").message()), EndsWith("is larger than 1 MiB"));
}

TEST(Bounds, PiecesOfATemplate) { EXPECT_THAT(Render(Repeat("${1}", 20'001)), HasSubstr("more than 20000 pieces")); }

TEST(Bounds, EveryPrefixAndEveryByteIsAnAnswerAndNotACrash) {
  const std::string text =
      "vars.tls && (size(vars.names) > 1 ? vars.names[0] : 'x\\n') in [\"a\", lower('B')] || -3 % 2 == vars.port";
  for (size_t i = 0; i < text.size(); ++i) {
    Evaluate(text.substr(0, i));
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[i] = static_cast<char>(byte);
      const std::string answer = Evaluate(changed);
      EXPECT_THAT(answer, testing::ContainsRegex("^(bool:|compile: |evaluate: )")) << changed;
    }
  }
}

}  // namespace
}  // namespace pe::expression
