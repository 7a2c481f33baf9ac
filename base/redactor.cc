#include "base/redactor.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace pe {
namespace {

constexpr char kStars[] = "***";
constexpr size_t kShortestEncoded = 6;  // of a part of an encoding; below that it would hit innocent text
constexpr size_t kShortestLine = 8;     // of one line of a value with several lines

uint16_t StartOf(absl::string_view text) {
  return static_cast<uint16_t>(static_cast<unsigned char>(text[0]) | static_cast<unsigned char>(text[1]) << 8);
}

std::string UrlEncode(absl::string_view value, const char* format, bool plus) {
  std::string out;
  for (const char c : value) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
        absl::string_view("-._~").find(c) != absl::string_view::npos) {
      out.push_back(c);
    } else if (plus && c == ' ') {
      out.push_back('+');
    } else if (format[0] == 'X') {
      absl::StrAppendFormat(&out, "%%%02X", static_cast<unsigned char>(c));
    } else {
      absl::StrAppendFormat(&out, "%%%02x", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string JsonEscape(absl::string_view value, bool slash) {
  std::string out;
  for (const char c : value) {
    const absl::string_view named = "\"\\\b\f\n\r\t";
    const size_t at = c == '\0' ? absl::string_view::npos : named.find(c);
    if (at != absl::string_view::npos) {
      out.push_back('\\');
      out.push_back("\"\\bfnrt"[at]);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      if (slash && c == '/') out.push_back('\\');
      out.push_back(c);
    }
  }
  return out;
}

// The characters of base64(text) that depend on `value` alone when `shift` bytes (mod 3) stand before it.
std::string Base64Core(absl::string_view value, size_t shift, bool url) {
  const std::string padded = absl::StrCat(std::string(shift, 'x'), value);
  std::string encoded = url ? absl::WebSafeBase64Escape(padded) : absl::Base64Escape(padded);
  const size_t whole = padded.size() * 8 / 6;                // later characters hold bits of what follows
  const size_t first = shift == 0 ? 0 : shift == 1 ? 2 : 3;  // earlier ones hold bits of what stands before
  return whole > first ? encoded.substr(first, whole - first) : "";
}

}  // namespace

void Redactor::AddPattern(std::string pattern) {
  if (pattern.size() < kShortest || !patterns_.insert(pattern).second) return;
  const uint16_t start = StartOf(pattern);
  starts_.set(start);
  std::vector<std::string>& bucket = by_start_[start];
  bucket.push_back(std::move(pattern));
  std::sort(bucket.begin(), bucket.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

void Redactor::Add(absl::string_view value) {
  if (value.size() < kShortest) return;
  AddPattern(std::string(value));
  for (const absl::string_view line : absl::StrSplit(value, '\n')) {
    if (line.size() >= kShortestLine) AddPattern(std::string(line));
  }
  AddPattern(absl::BytesToHexString(value));
  AddPattern(absl::AsciiStrToUpper(absl::BytesToHexString(value)));
  for (const bool flag : {false, true}) {
    AddPattern(UrlEncode(value, "X", flag));
    AddPattern(UrlEncode(value, "x", flag));
    AddPattern(JsonEscape(value, flag));
    AddPattern(flag ? absl::WebSafeBase64Escape(value) : absl::Base64Escape(value));
    for (size_t shift = 0; shift < 3; ++shift) {
      std::string core = Base64Core(value, shift, flag);
      if (core.size() >= kShortestEncoded) AddPattern(std::move(core));
    }
  }
}

size_t Redactor::Match(absl::string_view text, bool* partial) const {
  *partial = false;
  if (text.size() < 2) {
    for (const auto& [start, bucket] : by_start_) *partial |= !text.empty() && bucket[0][0] == text[0];
    return 0;
  }
  if (!starts_.test(StartOf(text))) return 0;
  for (const std::string& pattern : by_start_.at(StartOf(text))) {
    if (text.size() >= pattern.size() && text.substr(0, pattern.size()) == pattern) return pattern.size();
    if (text.size() < pattern.size() && absl::string_view(pattern).substr(0, text.size()) == text) *partial = true;
  }
  return 0;
}

size_t Redactor::Run(absl::string_view text, bool end, std::string& out) const {
  size_t plain = 0;  // start of what is not in `out` yet
  size_t at = 0;
  while (at < text.size()) {
    bool partial = false;
    const size_t length = Match(text.substr(at), &partial);
    if (partial && !end) break;
    if (length == 0) {
      ++at;
      continue;
    }
    out.append(text.data() + plain, at - plain);
    out += kStars;
    at += length;
    plain = at;
  }
  out.append(text.data() + plain, at - plain);
  return at;
}

std::string Redactor::Text(absl::string_view text) const {
  if (empty()) return std::string(text);
  std::string out;
  Run(text, true, out);
  return out;
}

std::string StreamRedactor::Write(absl::string_view bytes) {
  if (redactor_.empty()) return std::string(bytes);
  held_.append(bytes.data(), bytes.size());
  std::string out;
  held_.erase(0, redactor_.Run(held_, false, out));
  return out;
}

std::string StreamRedactor::Finish() {
  std::string out;
  redactor_.Run(held_, true, out);
  held_.clear();
  return out;
}

}  // namespace pe
