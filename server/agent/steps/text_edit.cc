#include "server/agent/steps/text_edit.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "base/status.h"
#include "server/agent/steps/json_document.h"
#include "server/agent/steps/pattern.h"
#include "server/agent/steps/step.h"
#include "server/agent/steps/text_lines.h"

namespace pe::agent {
namespace {

using provision::v1::FileEdit;
using Lines = std::vector<std::string>;

// The text of the lines, but the old text itself when they are its lines (its last newline may be missing).
std::string Same(const std::string& text, const Lines& lines) {
  return lines == ToLines(text) ? text : ToTextOfLines(lines);
}

// "[name]" gives "name".
std::optional<std::string> SectionOf(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  if (line.size() < 2 || line.front() != '[' || line.back() != ']') return std::nullopt;
  return std::string(absl::StripAsciiWhitespace(line.substr(1, line.size() - 2)));
}

bool Comment(absl::string_view line) { return absl::StartsWith(line, "#") || absl::StartsWith(line, ";"); }

bool HasKey(absl::string_view line, absl::string_view key) {
  const absl::string_view stripped = absl::StripLeadingAsciiWhitespace(line);
  const size_t equals = stripped.find('=');
  return !Comment(stripped) && equals != absl::string_view::npos &&
         absl::StripTrailingAsciiWhitespace(stripped.substr(0, equals)) == key;
}

// The line with a new value behind its '=', keeping the space on both sides.
std::string WithValue(const std::string& line, const std::string& value) {
  const size_t equals = line.find('=');
  size_t begin = equals + 1;
  while (begin < line.size() && (line[begin] == ' ' || line[begin] == '\t')) ++begin;
  return absl::StrCat(line.substr(0, equals + 1), line.substr(equals + 1, begin - equals - 1), value);
}

absl::StatusOr<std::optional<Pattern>> OptionalPattern(const std::string& expression) {
  if (expression.empty()) return std::optional<Pattern>();
  PE_ASSIGN_OR_RETURN(Pattern pattern, Pattern::Compile(expression));
  return std::optional<Pattern>(std::move(pattern));
}

}  // namespace

absl::StatusOr<std::string> EditLine(const std::string& text, const FileEdit::Line& edit) {
  PE_ASSIGN_OR_RETURN(const std::optional<Pattern> match, OptionalPattern(edit.match()));
  PE_ASSIGN_OR_RETURN(const std::optional<Pattern> after, OptionalPattern(edit.after()));
  const auto fits = [&](const std::string& line) { return match ? match->Matches(line) : line == edit.line(); };
  Lines lines = ToLines(text);
  if (edit.state() == provision::v1::ABSENT) {
    lines.erase(std::remove_if(lines.begin(), lines.end(), fits), lines.end());
    return Same(text, lines);
  }
  const auto last = std::find_if(lines.rbegin(), lines.rend(), fits);
  if (last != lines.rend()) {
    *last = edit.line();
    return Same(text, lines);
  }
  // A match that the line itself does not fit would add the line again in every run.
  if (std::find(lines.begin(), lines.end(), edit.line()) != lines.end()) return text;
  auto at = lines.end();
  if (after) {
    const auto anchor =
        std::find_if(lines.rbegin(), lines.rend(), [&](const std::string& line) { return after->Matches(line); });
    if (anchor != lines.rend()) at = anchor.base();
  }
  lines.insert(at, edit.line());
  return ToTextOfLines(lines);
}

absl::StatusOr<std::string> EditBlock(const std::string& text, const FileEdit::Block& edit) {
  const std::string comment = edit.comment().empty() ? "#" : edit.comment();
  const std::string first = absl::StrCat(comment, " BEGIN ", edit.marker()),
                    last = absl::StrCat(comment, " END ", edit.marker());
  Lines lines = ToLines(text);
  const auto begin = std::find(lines.begin(), lines.end(), first);
  const auto end = std::find(begin, lines.end(), last);
  if ((begin == lines.end()) != (end == lines.end()) ||
      (begin == lines.end() && std::find(lines.begin(), lines.end(), last) != lines.end())) {
    return StepError(absl::StatusCode::kFailedPrecondition, "BAD_BLOCK",
                     absl::StrCat("the file has only one of the lines '", first, "' and '", last, "'"),
                     "remove the line, or put the other one back");
  }
  Lines block;
  if (edit.state() != provision::v1::ABSENT) {
    block = ToLines(edit.content());
    block.insert(block.begin(), first);
    block.push_back(last);
  }
  const auto at = begin == lines.end() ? lines.end() : lines.erase(begin, end + 1);
  lines.insert(at, block.begin(), block.end());
  return Same(text, lines);
}

absl::StatusOr<std::string> EditReplace(const std::string& text, const FileEdit::Replace& edit) {
  PE_ASSIGN_OR_RETURN(const Pattern pattern, Pattern::Compile(edit.match()));
  return pattern.Replace(text, edit.replacement());
}

absl::StatusOr<std::string> EditIni(const std::string& text, const FileEdit::Ini& edit) {
  Lines lines = ToLines(text);
  const bool absent = edit.state() == provision::v1::ABSENT;
  bool inside = edit.section().empty();
  bool found_section = inside;
  size_t insert_at = 0;  // behind the section's last line that is not blank
  for (size_t i = 0; i < lines.size(); ++i) {
    if (const auto section = SectionOf(lines[i])) {
      inside = *section == edit.section();
      found_section |= inside;
    }
    if (!inside) continue;
    if (!absl::StripAsciiWhitespace(lines[i]).empty()) insert_at = i + 1;
    if (!HasKey(lines[i], edit.key())) continue;
    if (absent) lines.erase(lines.begin() + i);
    else lines[i] = WithValue(lines[i], edit.value());
    return Same(text, lines);
  }
  if (absent) return text;
  if (!found_section) {
    if (!lines.empty() && !absl::StripAsciiWhitespace(lines.back()).empty()) lines.push_back("");
    lines.push_back(absl::StrCat("[", edit.section(), "]"));
    insert_at = lines.size();
  }
  lines.insert(lines.begin() + insert_at, absl::StrCat(edit.key(), " = ", edit.value()));
  return ToTextOfLines(lines);
}

absl::StatusOr<std::string> EditText(const std::string& text, const FileEdit& edit) {
  switch (edit.edit_case()) {
    case FileEdit::kLine:
      return EditLine(text, edit.line());
    case FileEdit::kBlock:
      return EditBlock(text, edit.block());
    case FileEdit::kReplace:
      return EditReplace(text, edit.replace());
    case FileEdit::kIni:
      return EditIni(text, edit.ini());
    case FileEdit::kJson:
      return EditJson(text, edit.json().pointer(),
                      edit.json().state() == provision::v1::ABSENT ? nullptr : &edit.json().value());
    case FileEdit::EDIT_NOT_SET:
      break;
  }
  return StepError(absl::StatusCode::kInvalidArgument, "NO_EDIT", "the step names no edit",
                   "set line, block, replace, ini or json");
}

}  // namespace pe::agent
