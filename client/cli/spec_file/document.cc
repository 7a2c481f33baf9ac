#include "client/cli/spec_file/document.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/text.h"
#include "client/cli/spec_file/utf8.h"

namespace pe::cli {
namespace {

constexpr size_t kShownLine = 160;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

absl::string_view LineOf(absl::string_view text, int line) {
  for (int i = 1; i < line; ++i) {
    const size_t end = text.find('\n');
    if (end == absl::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

// The source line, with a caret below the column. Tabs become one blank each, so that the caret stays below its place.
std::string SourceWithCaret(absl::string_view text, Position at) {
  const absl::string_view line = LineOf(text, at.line);
  std::string shown = Printable(Shorten(line, kShownLine));
  std::replace(shown.begin(), shown.end(), '\t', ' ');
  const size_t before = std::min<size_t>(at.column > 0 ? at.column - 1 : 0, std::min(line.size(), kShownLine));
  const size_t columns = std::count_if(line.begin(), line.begin() + before, [](char c) { return !IsContinuation(c); });
  return absl::StrFormat("%6d | %s\n       | %s^\n", at.line, shown, std::string(columns, ' '));
}

}  // namespace

absl::StatusOr<Document> ReadDocument(const std::string& path) {
  Document document{.name = path == "-" ? "<stdin>" : path};
  std::ifstream file;
  if (path != "-") {
    errno = 0;
    file.open(path, std::ios::binary);
    if (!file) return absl::InvalidArgumentError(absl::StrCat("cannot read ", path, ": ", std::strerror(errno)));
  }
  std::istream& in = path == "-" ? std::cin : file;
  document.text.resize(kMaxDocumentBytes + 1);
  in.read(document.text.data(), static_cast<std::streamsize>(document.text.size()));
  if (in.bad()) return absl::InvalidArgumentError(absl::StrCat("cannot read ", path, "; is it a regular file?"));
  document.text.resize(static_cast<size_t>(in.gcount()));
  if (document.text.size() > kMaxDocumentBytes) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is larger than 1 MiB, the most a spec may have"));
  }
  return document;
}

Position FirstNonText(absl::string_view text) {
  Position at{.line = 1, .column = 1};
  while (!text.empty()) {
    const CodePoint point = FirstCodePoint(text);
    if (point.length == 0 || point.value == 0) return at;
    at.column += static_cast<int>(point.length);
    if (point.value == '\n') at = {.line = at.line + 1, .column = 1};
    text.remove_prefix(point.length);
  }
  return {};
}

std::string FormatProblems(const Document& document, std::vector<Problem> problems, bool with_source) {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) { return a.at < b.at; });
  std::string out;
  for (const Problem& problem : problems) {
    absl::StrAppend(&out, Printable(document.name), ":");
    if (problem.at.line > 0) absl::StrAppend(&out, problem.at.line, ":", problem.at.column, ":");
    absl::StrAppend(&out, " ");
    if (!problem.field.empty()) absl::StrAppend(&out, Printable(problem.field), ": ");
    absl::StrAppend(&out, Printable(problem.message), "\n");
    if (with_source && problem.at.line > 0) out += SourceWithCaret(document.text, problem.at);
  }
  return out;
}

Position FieldPositions::Find(absl::string_view field) const {
  while (!field.empty()) {
    if (const auto it = positions_.find(std::string(field)); it != positions_.end()) return it->second;
    const size_t cut = field.find_last_of(".[");
    if (cut == absl::string_view::npos) break;
    field = field.substr(0, cut);
  }
  return {};
}

}  // namespace pe::cli
