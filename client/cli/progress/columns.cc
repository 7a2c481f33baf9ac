#include "client/cli/progress/columns.h"

#include <algorithm>

#include "client/cli/spec_file/utf8.h"

namespace pe::cli {
namespace {

struct Range {
  uint32_t first, last;
};
constexpr Range kZero[] = {{0x300, 0x36f},   {0x200b, 0x200f}, {0x20d0, 0x20ff},
                           {0x202a, 0x202e}, {0x2066, 0x2069}, {0xfe00, 0xfe0f}};
constexpr Range kWide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},  {0xac00, 0xd7a3},
                           {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},  {0xffe0, 0xffe6},
                           {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

template <size_t N>
bool In(const Range (&ranges)[N], uint32_t value) {
  return std::any_of(ranges, ranges + N, [value](Range r) { return value >= r.first && value <= r.last; });
}

// Length of the escape sequence at the beginning; 0 when there is none.
size_t EscapeLength(absl::string_view text) {
  if (text.size() < 2 || text[0] != '\x1b' || text[1] != '[') return 0;
  const size_t end = text.find('m');
  return end == absl::string_view::npos ? 0 : end + 1;
}

}  // namespace

int ColumnsOf(uint32_t code_point) {
  if (In(kZero, code_point)) return 0;
  return In(kWide, code_point) ? 2 : 1;
}

std::string FitColumns(absl::string_view text, int width) {
  constexpr int kDots = 3;
  int columns = 0;
  size_t cut = 0;  // where "..." would go
  bool escaped = false;
  for (size_t i = 0; i < text.size();) {
    if (const size_t length = EscapeLength(text.substr(i)); length > 0) {
      escaped = true;
      i += length;
      continue;
    }
    const CodePoint point = FirstCodePoint(text.substr(i));
    columns += ColumnsOf(point.value);
    i += std::max<size_t>(point.length, 1);
    if (columns <= width - kDots) cut = i;
    if (columns > width)
      return std::string(text.substr(0, cut)) + (escaped ? "\x1b[0m" : "") + (width >= kDots ? "..." : "");
  }
  return std::string(text);
}

}  // namespace pe::cli
