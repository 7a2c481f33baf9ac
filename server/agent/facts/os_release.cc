#include "server/agent/facts/os_release.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace pe::agent {
namespace {

std::string Unquote(absl::string_view value) {
  const bool quoted = value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0];
  if (!quoted) return std::string(value);
  const bool escapes = value[0] == '"';
  value = value.substr(1, value.size() - 2);
  std::string out;
  for (size_t i = 0; i < value.size(); ++i) {
    if (escapes && value[i] == '\\' && i + 1 < value.size()) ++i;
    out.push_back(value[i]);
  }
  return out;
}

}  // namespace

std::map<std::string, std::string> ParseOsRelease(absl::string_view text) {
  std::map<std::string, std::string> out;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    const size_t equals = line.find('=');
    if (line.empty() || line[0] == '#' || equals == 0 || equals == absl::string_view::npos) continue;
    out[std::string(line.substr(0, equals))] = Unquote(line.substr(equals + 1));
  }
  return out;
}

}  // namespace pe::agent
