#include "server/engine/variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using expression::List;
using provision::v1::Variable;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

List AsList(absl::string_view text) {
  const auto value = ParseVariable(Variable::LIST, text);
  return value.ok() ? std::get<List>(*value) : List{std::string(value.status().message())};
}

TEST(Variables, ListsAreTextOrJson) {
  EXPECT_THAT(AsList("a, b ,c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(AsList(""), IsEmpty());
  EXPECT_THAT(AsList("[]"), IsEmpty());
  EXPECT_THAT(AsList("[\"a,b\", 1, true]"), ElementsAre("a,b", "1", "true"));
  EXPECT_THAT(AsList("[1"), ElementsAre(HasSubstr("begins like a JSON list and is none")));
  EXPECT_THAT(AsList("[[1]]"), ElementsAre(HasSubstr("must be texts, numbers or truth values")));
  EXPECT_THAT(AsList("[\"\\u001ex\\u001f\"]"), ElementsAre(HasSubstr("control character")));
  EXPECT_THAT(AsList(std::string(1000, '[')), ElementsAre(HasSubstr("is none")));
}

TEST(Variables, OtherTypes) {
  EXPECT_EQ(std::get<int64_t>(*ParseVariable(Variable::INT, "-5")), -5);
  EXPECT_TRUE(std::get<bool>(*ParseVariable(Variable::BOOL, "true")));
  EXPECT_EQ(ParseVariable(Variable::INT, "5x").status().message(), "'5x' is not a whole number of 64 bits");
  EXPECT_EQ(ParseVariable(Variable::BOOL, "yes").status().message(), "'yes' is neither true nor false");
  EXPECT_FALSE(ParseVariable(Variable::STRING, "a\x1e").ok());
  EXPECT_FALSE(ParseVariable(Variable::SECRET, "a\x1f").ok());
}

TEST(Variables, BindTakesGivenValuesThenDefaultsAndKeepsSecretsApart) {
  const auto spec =
      Spec("variables {name: 'a' default: '1'} variables {name: 'b' default: '2'} variables {name: 'pw' type: SECRET}");
  std::map<std::string, std::string> secrets;
  const auto bound = BindVariables(spec, {{"b", "3"}, {"pw", "hush"}}, &secrets);
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_THAT(bound->values, UnorderedElementsAre(Pair("a", "1"), Pair("b", "3")));
  EXPECT_THAT(bound->secret_names, ElementsAre("pw"));
  EXPECT_THAT(secrets, UnorderedElementsAre(Pair("pw", "hush")));
}

TEST(Variables, BindReportsWhatValidateReports) {
  const auto spec = Spec("variables {name: 'greeting'} variables {name: 'port' type: INT default: '80'}");
  std::map<std::string, std::string> secrets;
  EXPECT_THAT(Lines(BindVariables(spec, {{"greting", "x"}, {"port", "x"}}, &secrets).status()),
              ElementsAre("variables.greting: the spec does not declare it; did you mean 'greeting'?",
                          "variables.port: 'x' is not a whole number of 64 bits",
                          "variables.greeting: is required: it is declared without a default"));
}

}  // namespace
}  // namespace pe
