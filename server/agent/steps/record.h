// Record: what a step writes down before it replaces something, as named texts. Its serialised form is lines of
// "NAME=ESCAPED TEXT", sorted by name; step types choose the names. A value; thread-compatible.
#ifndef SERVER_AGENT_STEPS_RECORD_H_
#define SERVER_AGENT_STEPS_RECORD_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe::agent {

using Record = std::map<std::string, std::string>;

std::string Serialize(const Record& record);
// DATA_LOSS when the text is not a record.
absl::StatusOr<Record> ParseRecord(absl::string_view text);
// The value of a name; empty when it is not there.
std::string ValueOf(const Record& record, absl::string_view name);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_RECORD_H_
