// The bytes are played on a small terminal, so that tests hold what is seen and not how.
#include "client/cli/progress/screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pe::cli {
namespace {

using testing::ElementsAre;

// Understands what Screen writes: text, \n, \r, and CSI A, B, J, K; ?7l and ?7h are ignored.
class Terminal {
 public:
  void Play(const std::string& bytes) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] == '\n') {
        ++row_, column_ = 0;
      } else if (bytes[i] == '\r') {
        column_ = 0;
      } else if (bytes[i] == '\x1b') {
        i = Control(bytes, i + 2);
      } else {
        Line().resize(std::max(Line().size(), column_ + 1), ' ');
        Line()[column_++] = bytes[i];
        ++written_;
      }
    }
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> out = lines_;
    while (!out.empty() && out.back().empty()) out.pop_back();
    return out;
  }
  size_t row() const { return row_; }
  int TakeWritten() { return std::exchange(written_, 0); }

 private:
  size_t Control(const std::string& bytes, size_t i) {
    size_t number = 0;
    if (bytes[i] == '?') ++i;
    while (isdigit(bytes[i])) number = number * 10 + (bytes[i++] - '0');
    if (bytes[i] == 'A') row_ -= number;
    if (bytes[i] == 'B') row_ += number;
    if (bytes[i] == 'K') Line().resize(column_);
    if (bytes[i] == 'J') lines_.resize(row_);
    return i;
  }
  std::string& Line() {
    if (lines_.size() <= row_) lines_.resize(row_ + 1);
    return lines_[row_];
  }
  std::vector<std::string> lines_;
  size_t row_ = 0, column_ = 0;
  int written_ = 0;
};

constexpr ScreenSize kSize{.width = 80, .height = 24};

TEST(Screen, ShowsAFrameAndReplacesIt) {
  Screen screen;
  Terminal terminal;
  terminal.Play(screen.Draw("", {"head", "a 1", "b 1"}, kSize));
  EXPECT_THAT(terminal.lines(), ElementsAre("head", "a 1", "b 1"));
  terminal.TakeWritten();
  terminal.Play(screen.Draw("", {"head", "a 1", "b"}, kSize));
  EXPECT_THAT(terminal.lines(), ElementsAre("head", "a 1", "b"));
  EXPECT_EQ(terminal.TakeWritten(), 1);  // only the line that changed
  EXPECT_EQ(terminal.row(), 3u);
}

TEST(Screen, WritesNothingWhenNothingChanges) {
  Screen screen;
  EXPECT_NE(screen.Draw("", {"a"}, kSize), "");
  EXPECT_EQ(screen.Draw("", {"a"}, kSize), "");
}

TEST(Screen, LinesAboveStay) {
  Screen screen;
  Terminal terminal;
  terminal.Play(screen.Draw("first\n", {"frame 1", "frame 2"}, kSize));
  terminal.Play(screen.Draw("second\nthird\n", {"frame 3"}, kSize));
  EXPECT_THAT(terminal.lines(), ElementsAre("first", "second", "third", "frame 3"));
}

TEST(Screen, GrowsAndShrinks) {
  Screen screen;
  Terminal terminal;
  terminal.Play(screen.Draw("", {"a"}, kSize));
  terminal.Play(screen.Draw("", {"a", "b", "c"}, kSize));
  EXPECT_THAT(terminal.lines(), ElementsAre("a", "b", "c"));
  terminal.Play(screen.Draw("", {"a", "c"}, kSize));
  EXPECT_THAT(terminal.lines(), ElementsAre("a", "c"));
  EXPECT_EQ(terminal.row(), 2u);
  terminal.Play(screen.Draw("done\n", {}, kSize));
  EXPECT_THAT(terminal.lines(), ElementsAre("done"));
}

TEST(Screen, AResizeDrawsTheWhole) {
  Screen screen;
  screen.Draw("", {"a", "b"}, kSize);
  EXPECT_THAT(screen.Draw("", {"a", "b"}, {.width = 40, .height = 24}), testing::HasSubstr("a\nb\n"));
}

}  // namespace
}  // namespace pe::cli
