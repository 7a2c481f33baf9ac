#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/expression/evaluate.h"

namespace pe::expression {
namespace {

using ::testing::ElementsAre;

struct Case {
  const char* text;
  const char* value;
};

class Values : public ::testing::TestWithParam<Case> {};
TEST_P(Values, AreAsExpected) { EXPECT_EQ(Evaluate(GetParam().text), GetParam().value) << GetParam().text; }

INSTANTIATE_TEST_SUITE_P(
    Literals, Values,
    ::testing::Values(Case{"1", "int:1"}, Case{"-1", "int:-1"}, Case{"- 1", "int:-1"}, Case{"--1", "int:1"},
                      Case{"true", "bool:true"}, Case{"'a\\n\\t\\\\\\'\"'", "string:a\n\t\\'\""},
                      Case{"\"it's\"", "string:it's"}, Case{"[]", "list:"}, Case{"['a', \"b\"]", "list:a|b"},
                      Case{"9223372036854775807", "int:9223372036854775807"},
                      Case{"-9223372036854775808", "int:-9223372036854775808"}, Case{"  ( ( 7 ) ) ", "int:7"}));

INSTANTIATE_TEST_SUITE_P(Arithmetic, Values,
                         ::testing::Values(Case{"1 + 2 * 3", "int:7"}, Case{"(1 + 2) * 3", "int:9"},
                                           Case{"10 - 3 - 2", "int:5"}, Case{"7 / 2", "int:3"},
                                           Case{"-7 / 2", "int:-3"}, Case{"-7 % 3", "int:-1"},
                                           Case{"-9223372036854775807 - 1", "int:-9223372036854775808"},
                                           Case{"(-9223372036854775807 - 1) % -1", "int:0"},
                                           Case{"vars.port + 1", "int:8081"}, Case{"5 - -5", "int:10"}));

INSTANTIATE_TEST_SUITE_P(
    Logic, Values,
    ::testing::Values(Case{"true || false && false", "bool:true"}, Case{"(true || false) && false", "bool:false"},
                      Case{"!vars.tls", "bool:false"}, Case{"!!vars.tls", "bool:true"},
                      Case{"1 < 2 == true", "bool:true"}, Case{"true || 1 / 0 == 1", "bool:true"},
                      Case{"false && 1 / 0 == 1", "bool:false"}, Case{"vars.tls ? 443 : 80", "int:443"},
                      Case{"false ? 1 : false ? 2 : 3", "int:3"}, Case{"true ? 1 : 1 / 0", "int:1"}));

INSTANTIATE_TEST_SUITE_P(Comparison, Values,
                         ::testing::Values(Case{"1 == 1", "bool:true"}, Case{"'a' != 'b'", "bool:true"},
                                           Case{"true == false", "bool:false"}, Case{"['a'] == ['a']", "bool:true"},
                                           Case{"['a'] != ['b', 'a']", "bool:true"}, Case{"'a' < 'b'", "bool:true"},
                                           Case{"2 >= 2", "bool:true"}, Case{"2 > 2", "bool:false"},
                                           Case{"'b' <= 'a'", "bool:false"}, Case{"-1 < 0", "bool:true"},
                                           Case{"facts.os_id in ['debian', 'ubuntu']", "bool:true"},
                                           Case{"'x' in []", "bool:false"},
                                           Case{"!('a' in vars.names)", "bool:false"}));

INSTANTIATE_TEST_SUITE_P(
    Text, Values,
    ::testing::Values(Case{"vars.greeting + ' world'", "string:hello world"}, Case{"size('h\xc3\xa9')", "int:2"},
                      Case{"size(vars.names)", "int:3"}, Case{"vars.greeting.size()", "int:5"},
                      Case{"contains('hello', 'ell')", "bool:true"}, Case{"'hello'.contains('')", "bool:true"},
                      Case{"vars.names.contains('b')", "bool:true"},
                      Case{"vars.greeting.startsWith('he')", "bool:true"},
                      Case{"endsWith('a.conf', '.conf')", "bool:true"},
                      Case{"lower('ABC') + upper('d')", "string:abcD"}, Case{"trim('  a ')", "string:a"},
                      Case{"int('-42')", "int:-42"}, Case{"int(7)", "int:7"},
                      Case{"string(7) + string(true) + string('x')", "string:7truex"}));

INSTANTIATE_TEST_SUITE_P(Lists, Values,
                         ::testing::Values(Case{"split('a,b,,c', ',')", "list:a|b||c"}, Case{"split('', ',')", "list:"},
                                           Case{"'a::b'.split('::')[1]", "string:b"},
                                           Case{"vars.names[0] + vars.names[2]", "string:ac"},
                                           Case{"vars.names + ['d']", "list:a|b|c|d"},
                                           Case{"join(vars.names, '-')", "string:a-b-c"},
                                           Case{"(vars.tls ? vars.names : [])[1].upper().lower()", "string:b"},
                                           Case{"['a', vars.greeting]", "list:a|hello"}));

TEST(Expression, NamesAreListedOnce) {
  const auto expression = Expression::Compile("vars.port + vars.port > 1 && facts.os_id.size() > 2", TestEnvironment());
  ASSERT_TRUE(expression.ok());
  EXPECT_THAT(expression->Names(), ElementsAre("vars.port", "facts.os_id"));
  EXPECT_FALSE(expression->IsName());
  EXPECT_TRUE(Expression::Compile(" vars.port ", TestEnvironment())->IsName());
}

TEST(Expression, InnerNamesHideOuterOnes) {
  Environment inner(&TestEnvironment());
  inner.Declare("item", Type::kString);
  const auto expression = Expression::Compile("item + facts.os_id", inner);
  ASSERT_TRUE(expression.ok()) << expression.status();
  const Bindings outer = TestBindings();
  Bindings bindings(&outer);
  bindings.Set("item", std::string("x-"));
  EXPECT_EQ(std::get<std::string>(*expression->Evaluate(bindings)), "x-debian");
}

}  // namespace
}  // namespace pe::expression
