#include "client/cli/progress/screen.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pe::cli {
namespace {

// Line wrap is off while a frame is drawn, so that a line is a row whatever its width turns out to be.
constexpr absl::string_view kWrapOff = "\x1b[?7l";
constexpr absl::string_view kWrapOn = "\x1b[?7h";
constexpr absl::string_view kClearLine = "\x1b[K";
constexpr absl::string_view kClearBelow = "\x1b[J";

std::string Up(size_t rows) { return rows == 0 ? "" : absl::StrCat("\x1b[", rows, "A"); }
std::string Down(size_t rows) { return rows == 0 ? "" : absl::StrCat("\x1b[", rows, "B"); }

}  // namespace

std::string Screen::Draw(absl::string_view above, std::vector<std::string> frame, ScreenSize size) {
  const bool whole = !above.empty() || size.width != std::exchange(width_, size.width) || frame.size() < shown_.size();
  if (!whole && frame == shown_) return "";
  std::string out;
  if (whole) {
    if (shown_.empty() && frame.empty()) return std::string(above);
    absl::StrAppend(&out, Up(shown_.size()), "\r", kClearBelow, above, frame.empty() ? "" : kWrapOff);
    for (const std::string& line : frame) absl::StrAppend(&out, line, "\n");
    absl::StrAppend(&out, frame.empty() ? "" : kWrapOn);
  } else {
    absl::StrAppend(&out, kWrapOff, Up(shown_.size()), "\r");
    size_t skipped = 0;  // rows that stay as they are
    for (size_t i = 0; i < frame.size(); ++i) {
      if (i < shown_.size() && frame[i] == shown_[i]) {
        ++skipped;
        continue;
      }
      absl::StrAppend(&out, Down(std::exchange(skipped, 0)), frame[i], kClearLine, "\n");
    }
    absl::StrAppend(&out, Down(skipped), kWrapOn);
  }
  shown_ = std::move(frame);
  return out;
}

}  // namespace pe::cli
