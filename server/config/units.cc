#include "server/config/units.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/text.h"

namespace pe {
namespace {

struct Unit {
  const char* name;
  int64_t factor;
};

constexpr Unit kSpans[] = {{"d", 24 * 3600 * kMicrosPerSecond},
                           {"h", 3600 * kMicrosPerSecond},
                           {"m", 60 * kMicrosPerSecond},
                           {"s", kMicrosPerSecond}};
constexpr Unit kSizes[] = {
    {"TiB", int64_t{1} << 40}, {"GiB", int64_t{1} << 30}, {"MiB", int64_t{1} << 20}, {"KiB", int64_t{1} << 10}};
constexpr int64_t kLongest = int64_t{36'525} * 24 * 3600 * kMicrosPerSecond;
constexpr int64_t kLargest = int64_t{1} << 50;

absl::StatusOr<int64_t> Parse(absl::string_view text, absl::Span<const Unit> units, int64_t most,
                              const char* examples) {
  for (const Unit& unit : units) {
    absl::string_view digits = text;
    int64_t number = 0;
    if (!absl::ConsumeSuffix(&digits, unit.name) || digits.empty()) continue;
    if (digits.find_first_not_of("0123456789") != digits.npos) break;
    if (absl::SimpleAtoi(digits, &number) && number > 0 && number <= most / unit.factor) return number * unit.factor;
    break;
  }
  return absl::InvalidArgumentError(absl::StrCat("`", Printable(text), "` must be like ", examples, ", or off"));
}

}  // namespace

absl::StatusOr<int64_t> ParseSpan(absl::string_view text) {
  return Parse(text, kSpans, kLongest, "30d, 12h, 90m or 45s");
}

absl::StatusOr<int64_t> ParseByteSize(absl::string_view text) {
  return Parse(text, kSizes, kLargest, "10GiB, 512MiB or 64KiB");
}

}  // namespace pe
