// Text: conversion between the two string_views, and shortening and escaping of what strangers wrote,
// counted things.
#ifndef BASE_TEXT_H_
#define BASE_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/string_view.h"

namespace pe {

// Debian's Abseil has a string_view of its own; it and the standard one do not convert by themselves.
inline absl::string_view ToAbsl(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view ToStd(absl::string_view s) { return {s.data(), s.size()}; }

// At most `max` bytes, cut at a UTF-8 boundary, with "..." where something was cut.
std::string Shorten(absl::string_view text, size_t max);

// For a terminal or a log line: control characters (also ESC) as \xHH, invalid UTF-8 as U+FFFD; newline and tab stay.
std::string Printable(absl::string_view text);

// "1 package", "2 packages"; `many` where the plural is another word: Counted(2, "entry", "entries").
std::string Counted(size_t count, absl::string_view one, absl::string_view many = "");

// The candidate nearest to `word` by edit distance, for "did you mean"; empty when none is near.
std::string Nearest(absl::string_view word, const std::vector<std::string>& candidates);

}  // namespace pe

#endif  // BASE_TEXT_H_
