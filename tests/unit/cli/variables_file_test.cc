#include "client/cli/spec_file/variables_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pe::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(VariablesFile, ReadsValuesAndLists) {
  std::map<std::string, std::string> values;
  EXPECT_TRUE(ParseVariables({"v.yaml", "a: 1\nb: yes\nc: [x, \"y, z\"]\nd: ''\n"}, &values).empty());
  EXPECT_THAT(values, ElementsAre(Pair("a", "1"), Pair("b", "yes"), Pair("c", "[\"x\",\"y, z\"]"), Pair("d", "")));
}

TEST(VariablesFile, SaysWhatIsWrongAndWhere) {
  std::map<std::string, std::string> values;
  const Document document{"v.yaml", "a: {b: 1}\nc: 1\nc: 2\n"};
  const std::string text = FormatProblems(document, ParseVariables(document, &values), false);
  EXPECT_EQ(text,
            "v.yaml:1:1: a: expected a value or a list of values, found a map\n"
            "v.yaml:3:1: c: is given twice\n");
  EXPECT_THAT(FormatProblems(document, ParseVariables({"v.yaml", "[1]"}, &values), false),
              HasSubstr("expected a map from names to values"));
}

}  // namespace
}  // namespace pe::cli
