#include <gtest/gtest.h>

#include "tests/unit/expression/evaluate.h"

namespace pe::expression {
namespace {

struct Case {
  const char* text;
  const char* error;
};

class Errors : public ::testing::TestWithParam<Case> {};
TEST_P(Errors, SayWhereAndWhatToDo) { EXPECT_EQ(Evaluate(GetParam().text), GetParam().error) << GetParam().text; }

INSTANTIATE_TEST_SUITE_P(
    Syntax, Errors,
    ::testing::Values(Case{"", "compile: column 1: expected a value, found the end"},
                      Case{"1 +", "compile: column 4: expected a value, found the end"},
                      Case{"(1", "compile: column 3: expected `)`, found the end"},
                      Case{"1 2", "compile: column 3: expected an operator or the end, found `2`"},
                      Case{"vars.tls ? 1", "compile: column 13: expected `:`, found the end"},
                      Case{"vars.port = 1", "compile: column 11: unexpected `=`; equality is `==`"},
                      Case{"true & true", "compile: column 6: unexpected `&`; and is `&&`"},
                      Case{"'abc", "compile: column 1: the quote is not closed"},
                      Case{"'a\\x1e'", "compile: column 3: unknown escape; there are \\n \\t \\r \\\\ \\\" and \\'"},
                      Case{"12abc", "compile: column 1: `12abc` is not a whole number"},
                      Case{"9223372036854775808", "compile: column 1: the number does not fit into 64 bits"},
                      Case{"vars.names[0", "compile: column 13: expected `]`, found the end"},
                      Case{"[ 'a' 'b' ]", "compile: column 7: expected `]`, found a text"},
                      Case{"1 +\n+", "compile: line 2, column 1: expected a value, found `+`"},
                      Case{"1 + \x1b", "compile: column 5: unexpected `\\x1b`"},
                      Case{"'a'.b", "compile: column 5: expected a function call after `.`, found `b`"}));

INSTANTIATE_TEST_SUITE_P(
    Names, Errors,
    ::testing::Values(
        Case{"vars.greting", "compile: column 1: `vars.greting` is not known; did you mean `vars.greeting`?"},
        Case{"port > 1", "compile: column 1: `port` is not known; did you mean `vars.port`?"},
        Case{"1 + facts.qqqqqqqq",
             "compile: column 5: `facts.qqqqqqqq` is not known; known are vars.NAME for declared variables, "
             "facts.NAME, and item inside for_each"},
        Case{"vars.greeting.startWith('a')",
             "compile: column 15: there is no function startWith(); did you mean `startsWith()`?"},
        Case{"matches('a', 'b')",
             "compile: column 1: there is no function matches(); there are contains, endsWith, int, join, lower, size, "
             "split, startsWith, string, trim, upper"}));

INSTANTIATE_TEST_SUITE_P(
    Types, Errors,
    ::testing::Values(
        Case{"1 + 'a'",
             "compile: column 3: `+` takes int and int, or string and string, or list and list, and here it gets int "
             "and string; "
             "int() and string() convert"},
        Case{"vars.port && true", "compile: column 1: a side of `&&` must be bool, and this is int"},
        Case{"1 ? 2 : 3", "compile: column 1: what is before `?` must be bool, and this is int"},
        Case{"true ? 2 : 'a'", "compile: column 12: what is after `:` must be int, and this is string"},
        Case{"[1]", "compile: column 2: an element of a list must be string, and this is int"},
        Case{"vars.names['a']", "compile: column 11: an index takes list and int, and here it gets list and string"},
        Case{"!1", "compile: column 1: `!` takes bool, and here it gets int"},
        Case{"-'a'", "compile: column 1: `-` takes int, and here it gets string"},
        Case{"size()", "compile: column 1: `size()` takes string, or list, and here it gets nothing"},
        Case{"1 in vars.names", "compile: column 3: `in` takes string and list, and here it gets int and list"},
        Case{"true < false",
             "compile: column 6: `<` takes int and int, or string and string, and here it gets bool and bool"}));

INSTANTIATE_TEST_SUITE_P(
    Evaluation, Errors,
    ::testing::Values(Case{"1 / (vars.port - 8080)", "evaluate: column 3: division by zero"},
                      Case{"1 % 0", "evaluate: column 3: division by zero"},
                      Case{"9223372036854775807 + 1", "evaluate: column 21: the result does not fit into 64 bits"},
                      Case{"-9223372036854775808 / -1", "evaluate: column 22: the result does not fit into 64 bits"},
                      Case{"-(-9223372036854775808)", "evaluate: column 1: the result does not fit into 64 bits"},
                      Case{"4611686018427387904 * 2", "evaluate: column 21: the result does not fit into 64 bits"},
                      Case{"vars.names[3]", "evaluate: column 11: index 3 is outside a list of 3; the first is 0"},
                      Case{"vars.names[-1]", "evaluate: column 11: index -1 is outside a list of 3; the first is 0"},
                      Case{"int('1.5')", "evaluate: column 1: '1.5' is not a whole number of 64 bits"},
                      Case{"split('a', '')", "evaluate: column 1: split() needs a separator that is not empty"}));

TEST(Expression, MissingOrWronglyTypedValuesAreErrorsAndNotCrashes) {
  const auto expression = Expression::Compile("vars.port", TestEnvironment());
  ASSERT_TRUE(expression.ok());
  EXPECT_EQ(expression->Evaluate(Bindings()).status().message(), "column 1: `vars.port` has no value");
  Bindings wrong;
  wrong.Set("vars.port", std::string("x"));
  EXPECT_EQ(expression->Evaluate(wrong).status().message(), "column 1: `vars.port` is not int");
}

}  // namespace
}  // namespace pe::expression
