// JSON as steps need it: parsing without exceptions, one value set or removed. Over nlohmann-json, keeping the order of
// keys. A strange document is data, so nothing here throws. Pure.
#ifndef SERVER_AGENT_STEPS_JSON_DOCUMENT_H_
#define SERVER_AGENT_STEPS_JSON_DOCUMENT_H_

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe::agent {

using Json = nlohmann::ordered_json;

// A discarded value when the text is not JSON, or nests deeper than 200.
Json ParseJson(absl::string_view text);

// The document with the value at `pointer` (RFC 6901) set, its parents made, or removed (`value` is null). The text
// comes back unchanged when nothing changes; else it is formatted anew, with the indentation of the old text.
absl::StatusOr<std::string> EditJson(absl::string_view text, absl::string_view pointer, const std::string* value);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_JSON_DOCUMENT_H_
