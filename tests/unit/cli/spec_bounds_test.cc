// What a hostile file may cost: bounded, and answered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "client/cli/spec_file/message_reader.h"
#include "client/cli/spec_file/spec_file.h"

namespace pe::cli {
namespace {

using testing::HasSubstr;

std::string Problems(std::string text) {
  const SpecFile file = ParseSpec({.name = "s.yaml", .text = std::move(text)});
  return FormatProblems(file.document, file.problems, false);
}

std::string Repeat(absl::string_view part, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) absl::StrAppend(&out, part);
  return out;
}

TEST(SpecBounds, Size) {
  EXPECT_THAT(Problems(std::string(kMaxDocumentBytes + 1, ' ')), HasSubstr("larger than 1 MiB"));
}

TEST(SpecBounds, DepthInFlowAndInBlocks) {
  EXPECT_THAT(Problems(Repeat("[", 100'000)), HasSubstr("levels deep"));
  EXPECT_THAT(Problems(Repeat("{a: ", 10'000)), HasSubstr("levels deep"));
  std::string nested;
  for (int i = 0; i < 200; ++i) absl::StrAppend(&nested, std::string(i, ' '), "a:\n");
  EXPECT_THAT(Problems(nested), HasSubstr("levels deep"));
}

TEST(SpecBounds, AliasesThatDouble) {
  std::string bomb = "x0: &a0 [k, k, k, k, k, k, k, k]\n";
  for (int i = 1; i < 20; ++i)
    absl::StrAppend(&bomb, "x", i, ": &a", i, " [", Repeat(absl::StrCat("*a", i - 1, ", "), 10), "]\n");
  // As unknown fields the tree is never walked.
  EXPECT_THAT(Problems(bomb), HasSubstr("unknown field \"x0\""));
  const std::string big(400'000, 'k');
  EXPECT_THAT(Problems(absl::StrCat("version: &v ", big, "\nsteps: [", Repeat("{id: *v, title: *v}, ", 200), "]\n")),
              HasSubstr("grows too large through its aliases"));
}

TEST(SpecBounds, AliasesThatContainThemselves) {
  EXPECT_NE(Problems("steps: &s [{id: a, after: *s}]"), "");
  EXPECT_NE(Problems("steps:\n- &s\n  id: a\n  retry: *s\n"), "");
  EXPECT_NE(Problems("&r [*r]"), "");
}

TEST(SpecBounds, ManyProblemsAreCut) {
  const SpecFile file = ParseSpec({.name = "s.yaml", .text = Repeat("- x: 1\n", 1)});
  EXPECT_EQ(file.problems.size(), 1u);
  const SpecFile many = ParseSpec({.name = "s.yaml", .text = absl::StrCat("steps:\n", Repeat("- {nope: 1}\n", 5000))});
  EXPECT_EQ(many.problems.size(), kMaxProblems);
}

}  // namespace
}  // namespace pe::cli
