// UTF-8, one code point at a time.
// Pure; thread-safe.
#ifndef CLIENT_CLI_SPEC_FILE_UTF8_H_
#define CLIENT_CLI_SPEC_FILE_UTF8_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace pe::cli {

struct CodePoint {
  uint32_t value = 0;
  size_t length = 0;  // in bytes; 0 when there is no valid sequence
};

// The code point at the beginning of `text`: shortest form, no surrogates, at most U+10FFFF. REQUIRES: not empty.
inline CodePoint FirstCodePoint(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  uint32_t value = lead & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3f);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return {};
  return {value, length};
}

}  // namespace pe::cli

#endif  // CLIENT_CLI_SPEC_FILE_UTF8_H_
