#include "server/api/page_token.h"

#include <gtest/gtest.h>

#include "server/api/limits.h"

namespace pe {
namespace {

TEST(PageToken, GivesItsCursorBack) {
  const std::string cursor("a\0\xff/z", 5);
  const std::string token = MakePageToken("jobs", "state = RUNNING", cursor);
  const auto read = ReadPageToken("jobs", "state = RUNNING", token);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, cursor);
}

TEST(PageToken, NothingIsNothing) {
  EXPECT_EQ(MakePageToken("jobs", "", ""), "");
  EXPECT_EQ(*ReadPageToken("jobs", "", ""), "");
}

TEST(PageToken, IsBoundToItsListAndFilter) {
  const std::string token = MakePageToken("jobs", "a", "cursor");
  EXPECT_EQ(ReadPageToken("jobs", "b", token).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(ReadPageToken("jobs", "b", token).status().message().find("another list or filter"),
            absl::string_view::npos);
  EXPECT_FALSE(ReadPageToken("resources", "a", token).ok());
  // List and filter do not run into each other.
  EXPECT_FALSE(ReadPageToken("job", "sa", MakePageToken("jobs", "a", "cursor")).ok());
}

TEST(PageToken, EveryAlteredByteIsNoticed) {
  const std::string token = MakePageToken("jobs", "", "cursor-17");
  for (size_t i = 0; i < token.size(); ++i) {
    for (const char c : {'A', 'z', '-', '!', '\0'}) {
      std::string altered = token;
      if (altered[i] == c) continue;
      altered[i] = c;
      EXPECT_FALSE(ReadPageToken("jobs", "", altered).ok()) << i << " " << c;
    }
    EXPECT_FALSE(ReadPageToken("jobs", "", token.substr(0, i).empty() ? "x" : token.substr(0, i)).ok());
  }
  EXPECT_FALSE(ReadPageToken("jobs", "", token + "A").ok());
  EXPECT_FALSE(ReadPageToken("jobs", "", std::string(kMaxPageTokenBytes + 1, 'A')).ok());
}

}  // namespace
}  // namespace pe
