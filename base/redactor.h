// Redactor: replaces values of secrets by "***" in whatever leaves: output, diffs, messages.
//
// A value is looked for as it is, line by line when it has several lines, and as base64 (standard and URL alphabet, at
// each of the three alignments inside a longer text), hex in either case, URL-encoded and JSON-escaped. Values shorter
// than kShortest bytes are not replaced: the stars would show where they are and the text would be lost.
// Not found: a base64 text broken into lines in the middle of the value, and encodings not named here.
// Thread rule: Add before use; afterwards const calls are thread-safe. StreamRedactor is thread-compatible.
#ifndef BASE_REDACTOR_H_
#define BASE_REDACTOR_H_

#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace pe {

class Redactor {
 public:
  static constexpr size_t kShortest = 3;

  void Add(absl::string_view value);
  bool empty() const { return patterns_.empty(); }
  // A whole text.
  std::string Text(absl::string_view text) const;

 private:
  friend class StreamRedactor;
  void AddPattern(std::string pattern);
  // Appends the redacted part of `text` to `out` and returns how much of it was used. Unless `end`, it stops before
  // what may be the beginning of a value that goes on in the next piece.
  size_t Run(absl::string_view text, bool end, std::string& out) const;
  // The length of the longest value at the start of `text`, 0 for none; sets `*partial` when `text` is the beginning of
  // a longer one.
  size_t Match(absl::string_view text, bool* partial) const;

  absl::flat_hash_set<std::string> patterns_;
  std::bitset<65536> starts_;                                         // first two bytes of some pattern
  absl::flat_hash_map<uint16_t, std::vector<std::string>> by_start_;  // longest first
};

// One stream of text that arrives in pieces; a value that lies across pieces is found.
class StreamRedactor {
 public:
  // `redactor` outlives it.
  explicit StreamRedactor(const Redactor& redactor) : redactor_(redactor) {}
  // What may go out now; the beginning of a possible value is held back.
  std::string Write(absl::string_view bytes);
  // The end of the stream: what was held back.
  std::string Finish();

 private:
  const Redactor& redactor_;
  std::string held_;
};

}  // namespace pe

#endif  // BASE_REDACTOR_H_
