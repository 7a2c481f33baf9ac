// Sets of characters that text rules are made of. Bytes of UTF-8 beyond ASCII count as printable.
#ifndef SERVER_ENGINE_CHARACTERS_H_
#define SERVER_ENGINE_CHARACTERS_H_

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace pe::rule {

inline bool IsLower(unsigned char c) { return c >= 'a' && c <= 'z'; }
inline bool IsLowerOrDigit(unsigned char c) { return IsLower(c) || absl::ascii_isdigit(c); }
inline bool IsIdCharacter(unsigned char c) { return IsLowerOrDigit(c) || c == '-'; }
inline bool IsWord(unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; }
inline bool IsNameCharacter(unsigned char c) { return IsWord(c) || c == '.' || c == '-'; }
inline bool IsOctal(unsigned char c) { return c >= '0' && c <= '7'; }
inline bool IsHex(unsigned char c) { return absl::ascii_isxdigit(c); }
inline bool IsBase64(unsigned char c) { return absl::ascii_isalnum(c) || c == '+' || c == '/'; }
inline bool IsPrintable(unsigned char c) { return c >= 0x20 && c != 0x7f; }
inline bool IsPrintableOrTab(unsigned char c) { return IsPrintable(c) || c == '\t'; }
inline bool IsVisible(unsigned char c) { return c > 0x20 && c < 0x7f; }

template <typename Predicate>
bool All(absl::string_view text, Predicate is) {
  for (const unsigned char c : text) {
    if (!is(c)) return false;
  }
  return true;
}

template <typename Predicate>
bool StartsAs(absl::string_view text, Predicate is) {
  return !text.empty() && is(static_cast<unsigned char>(text[0]));
}

}  // namespace pe::rule

#endif  // SERVER_ENGINE_CHARACTERS_H_
