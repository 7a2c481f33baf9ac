#include "server/agent/steps/json_document.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "server/agent/steps/step.h"

namespace pe::agent {
namespace {

constexpr int kDeepest = 200;  // values are freed and printed recursively

absl::Status BadJson(absl::string_view what, absl::string_view hint) {
  return StepError(absl::StatusCode::kFailedPrecondition, "BAD_JSON", what, hint);
}

bool TooDeep(absl::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') ++i;
    else if (text[i] == '"') quoted = !quoted;
    else if (!quoted && (text[i] == '[' || text[i] == '{') && ++depth > kDeepest) return true;
    else if (!quoted && (text[i] == ']' || text[i] == '}')) --depth;
  }
  return false;
}

absl::StatusOr<std::vector<std::string>> Tokens(absl::string_view pointer) {
  if (pointer.empty()) return std::vector<std::string>();
  if (pointer[0] != '/') return BadJson(absl::StrCat("'", pointer, "' is not a JSON pointer"), "begin it with '/'");
  std::vector<std::string> tokens;
  for (const absl::string_view token : absl::StrSplit(pointer.substr(1), '/')) {
    tokens.push_back(absl::StrReplaceAll(absl::StrReplaceAll(token, {{"~1", "/"}}), {{"~0", "~"}}));
  }
  return tokens;
}

// The child that a token names; null when there is none. With `make`, objects are made and arrays grown by one at "-".
absl::StatusOr<Json*> Child(Json* at, const std::string& token, bool make) {
  if (at->is_null() && make) *at = Json::object();
  if (at->is_object()) {
    if (!make && !at->contains(token)) return nullptr;
    return &(*at)[token];
  }
  if (!at->is_array())
    return BadJson(absl::StrCat("there is nothing below '", token, "': its parent is a plain value"),
                   "correct the pointer");
  size_t index = at->size();
  if (token != "-" && !absl::SimpleAtoi(token, &index))
    return BadJson(absl::StrCat("'", token, "' is not an index of an array"), "correct the pointer");
  if (index < at->size()) return &(*at)[index];
  if (!make) return nullptr;
  if (index > at->size())
    return BadJson(absl::StrCat("index ", token, " is behind the array's end"), "use the next index, or \"-\"");
  at->push_back(nullptr);
  return &at->back();
}

int IndentOf(absl::string_view text) {
  const size_t newline = text.find('\n');
  if (newline == absl::string_view::npos) return text.empty() ? 2 : -1;
  size_t spaces = 0;
  while (newline + 1 + spaces < text.size() && text[newline + 1 + spaces] == ' ') ++spaces;
  return spaces == 0 ? 2 : static_cast<int>(spaces);
}

absl::Status Remove(Json* document, const std::vector<std::string>& tokens) {
  if (tokens.empty()) return BadJson("the whole document cannot be removed", "use a `file` step with state ABSENT");
  Json* at = document;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    PE_ASSIGN_OR_RETURN(at, Child(at, tokens[i], false));
    if (at == nullptr) return absl::OkStatus();
  }
  size_t index = 0;
  if (at->is_object()) at->erase(tokens.back());
  else if (at->is_array() && absl::SimpleAtoi(tokens.back(), &index) && index < at->size()) at->erase(index);
  return absl::OkStatus();
}

}  // namespace

Json ParseJson(absl::string_view text) {
  if (TooDeep(text)) return Json(Json::value_t::discarded);
  return Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
}

absl::StatusOr<std::string> EditJson(absl::string_view text, absl::string_view pointer, const std::string* value) {
  const bool empty = absl::StripAsciiWhitespace(text).empty();
  const Json old = empty ? Json(nullptr) : ParseJson(text);
  if (old.is_discarded()) return BadJson("the file is not JSON", "repair it by hand; comments are not JSON");
  PE_ASSIGN_OR_RETURN(const std::vector<std::string> tokens, Tokens(pointer));
  Json document = old;
  if (value == nullptr) {
    PE_RETURN_IF_ERROR(Remove(&document, tokens));
  } else {
    const Json wanted = ParseJson(*value);
    if (wanted.is_discarded())
      return BadJson(absl::StrCat("the value '", *value, "' is not JSON"), "a text needs quotes: \"\\\"text\\\"\"");
    Json* at = &document;
    for (const std::string& token : tokens) {
      PE_ASSIGN_OR_RETURN(at, Child(at, token, true));
    }
    *at = wanted;
  }
  if (document == old && !empty) return std::string(text);
  if (document.is_null() && empty) return std::string(text);
  return document.dump(IndentOf(text), ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pe::agent
