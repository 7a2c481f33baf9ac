#include "server/agent/steps/record.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace pe::agent {

std::string Serialize(const Record& record) {
  std::string text;
  for (const auto& [name, value] : record) absl::StrAppend(&text, name, "=", absl::CEscape(value), "\n");
  return text;
}

absl::StatusOr<Record> ParseRecord(absl::string_view text) {
  Record record;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const size_t equals = line.find('=');
    std::string value;
    if (equals == absl::string_view::npos || !absl::CUnescape(line.substr(equals + 1), &value)) {
      return absl::DataLossError("an undo record cannot be read");
    }
    record[std::string(line.substr(0, equals))] = value;
  }
  return record;
}

std::string ValueOf(const Record& record, absl::string_view name) {
  const auto at = record.find(std::string(name));
  return at == record.end() ? std::string() : at->second;
}

}  // namespace pe::agent
