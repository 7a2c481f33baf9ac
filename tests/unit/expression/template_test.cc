#include <gtest/gtest.h>

#include "tests/unit/expression/evaluate.h"

namespace pe::expression {
namespace {

TEST(Template, ReplacesExpressions) {
  EXPECT_EQ(Render("a ${vars.greeting} b"), "a hello b");
  EXPECT_EQ(Render("${vars.greeting}${vars.port}${vars.tls}"), "hello8080true");
  EXPECT_EQ(Render("listen ${vars.tls ? '443 ssl' : '80'};"), "listen 443 ssl;");
  EXPECT_EQ(Render("${ join(vars.names, ', ') }"), "a, b, c");
  EXPECT_EQ(Render(""), "");
}

TEST(Template, LeavesOtherDollarsAlone) {
  EXPECT_EQ(Render("$ $a $1 $$ $$$ {x} }"), "$ $a $1 $$ $$$ {x} }");
  EXPECT_EQ(Render("$${vars.greeting}"), "${vars.greeting}");
  EXPECT_EQ(Render("$$${vars.greeting}"), "$${vars.greeting}");
  EXPECT_EQ(Render("$${ ${vars.port} $${"), "${ 8080 ${");
  EXPECT_EQ(Render("${vars.port}$${x}"), "8080${x}");
  EXPECT_EQ(Render("${vars.port}$"), "8080$");
}

TEST(Template, BracesInQuotesDoNotCloseAnExpression) {
  EXPECT_EQ(Render("${'}' + \"{\\\"}\"}"), "}{\"}");
  EXPECT_EQ(Render("${'a\\'}'}"), "a'}");
}

TEST(Template, ValuesAreNotInterpolatedAgain) {
  Environment environment;
  environment.Declare("vars.x", Type::kString);
  Bindings bindings;
  bindings.Set("vars.x", std::string("${vars.x} $${y}"));
  EXPECT_EQ(*Template::Parse("<${vars.x}>", environment)->Render(bindings), "<${vars.x} $${y}>");
}

TEST(Template, ErrorsHaveLineAndColumnInTheWholeText) {
  EXPECT_EQ(Render("a ${vars.greting}"), "parse: column 5: `vars.greting` is not known; did you mean `vars.greeting`?");
  EXPECT_EQ(Render("one\ntwo ${vars.port"),
            "parse: line 2, column 5: `${` is not closed by `}`; a literal `${` is written `$${`");
  EXPECT_EQ(Render("one\n ${1 +}"), "parse: line 2, column 7: expected a value, found the end");
  EXPECT_EQ(Render("${'}"), "parse: column 1: `${` is not closed by `}`; a literal `${` is written `$${`");
  EXPECT_EQ(Render("${}"), "parse: column 3: expected a value, found the end");
  EXPECT_EQ(Render("${vars.names}"), "parse: column 3: a list has no text of its own; join(LIST, \",\") makes one");
  EXPECT_EQ(Render("x${vars.names[9]}"), "render: column 14: index 9 is outside a list of 3; the first is 0");
}

TEST(Template, PiecesShowWhatItIsMadeOf) {
  const auto parsed = Template::Parse("a${vars.port}b$${c", TestEnvironment());
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->pieces().size(), 3u);
  EXPECT_EQ(parsed->pieces()[0].literal, "a");
  EXPECT_TRUE(parsed->pieces()[1].expression->IsName());
  EXPECT_EQ(parsed->pieces()[2].literal, "b${c");
  EXPECT_FALSE(Template::Needed("$ { }"));
  EXPECT_TRUE(Template::Needed("$${"));
}

}  // namespace
}  // namespace pe::expression
