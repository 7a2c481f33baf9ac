#include "client/cli/progress/columns.h"

#include <gtest/gtest.h>

namespace pe::cli {
namespace {

TEST(Columns, Fits) {
  EXPECT_EQ(FitColumns("short", 5), "short");
  EXPECT_EQ(FitColumns("longer text", 8), "longe...");
  EXPECT_EQ(FitColumns("", 8), "");
}

TEST(Columns, CountsCodePointsNotBytes) {
  EXPECT_EQ(FitColumns("äöüäöü", 6), "äöüäöü");
  EXPECT_EQ(FitColumns("日本語日本語", 9), "日本語...");
  EXPECT_EQ(FitColumns("e\xcc\x81", 1), "e\xcc\x81");
}

TEST(Columns, ColourTakesNoColumnsAndIsReset) {
  EXPECT_EQ(FitColumns("\x1b[32mgreen\x1b[0m", 5), "\x1b[32mgreen\x1b[0m");
  EXPECT_EQ(FitColumns("\x1b[32mgreenish\x1b[0m", 6), "\x1b[32mgre\x1b[0m...");
}

TEST(Columns, NarrowTerminalsDoNotBreakIt) {
  EXPECT_EQ(FitColumns("abcdef", 2), "");
  EXPECT_EQ(FitColumns("abcdef", 0), "");
}

}  // namespace
}  // namespace pe::cli
