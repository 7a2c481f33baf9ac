#include "server/api/list_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pe {
namespace {

using ::testing::HasSubstr;

std::string Problem(absl::string_view text) {
  const auto filter = ParseJobFilter(text);
  EXPECT_EQ(filter.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(filter.status().message());
}

TEST(JobFilter, EmptyMeansAll) {
  for (const char* text : {"", "  ", "\t\n"}) {
    const auto filter = ParseJobFilter(text);
    ASSERT_TRUE(filter.ok());
    EXPECT_FALSE(filter->state.has_value());
    EXPECT_TRUE(filter->service.empty());
  }
}

TEST(JobFilter, AllFields) {
  const auto filter = ParseJobFilter(
      R"(state=RUNNING AND environment = environments/prod AND service = "my \"web\" \\ app" AND resource = resources/web-1)");
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_EQ(filter->state, provision::v1::Job::RUNNING);
  EXPECT_EQ(filter->environment, "environments/prod");
  EXPECT_EQ(filter->service, R"(my "web" \ app)");
  EXPECT_EQ(filter->resource, "resources/web-1");
}

TEST(JobFilter, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(Problem("stat = RUNNING"),
              HasSubstr("column 1: expected one of state, environment, service, resource; did you mean `state`?"));
  EXPECT_THAT(Problem("state = RUNING"), HasSubstr("column 9: no state `RUNING`; did you mean `RUNNING`?"));
  EXPECT_THAT(Problem("state = STATE_UNSPECIFIED"), HasSubstr("no state"));
  EXPECT_THAT(Problem("state"), HasSubstr("column 6: expected `=` after `state`"));
  EXPECT_THAT(Problem("state ="), HasSubstr("column 8: expected a value"));
  EXPECT_THAT(Problem("service = a OR service = b"), HasSubstr("column 13: expected AND"));
  EXPECT_THAT(Problem("service = a AND"), HasSubstr("column 16: expected one of"));
  EXPECT_THAT(Problem("service = a AND service = b"), HasSubstr("`service` appears twice"));
  EXPECT_THAT(Problem("service = \"a"), HasSubstr("column 11: the quote is not closed"));
  EXPECT_THAT(Problem("service = a;b"), HasSubstr("column 12: unexpected `;`"));
  EXPECT_THAT(Problem("service = \x1b"), HasSubstr("\\x1b"));
  EXPECT_THAT(Problem(std::string(2000, 'a')), HasSubstr("longer than"));
}

TEST(LabelSelector, Parses) {
  const auto labels = ParseLabelSelector(" role=web , zone = a=b,empty=");
  ASSERT_TRUE(labels.ok()) << labels.status();
  EXPECT_THAT(*labels, testing::ElementsAre(std::make_pair("role", "web"), std::make_pair("zone", "a=b"),
                                            std::make_pair("empty", "")));
  EXPECT_TRUE(ParseLabelSelector("")->empty());
  for (const char* wrong : {"role", "=x", "a=1,a=2", "a=1,,b=2"}) EXPECT_FALSE(ParseLabelSelector(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace pe
