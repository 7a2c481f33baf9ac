// A text as lines without their ends, for edits; the text that comes back ends with a newline unless it is empty.
#ifndef SERVER_AGENT_STEPS_TEXT_LINES_H_
#define SERVER_AGENT_STEPS_TEXT_LINES_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace pe::agent {

inline std::vector<std::string> ToLines(absl::string_view text) {
  absl::ConsumeSuffix(&text, "\n");
  if (text.empty()) return {};
  return absl::StrSplit(text, '\n');
}

inline std::string ToTextOfLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
  return text;
}

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_TEXT_LINES_H_
